using System;
using System.Buffers.Binary;
using System.IO;

namespace Virt.Agent.Images.VmImages.Make;

/// <summary>
/// Puts GRUB for a BIOS on a disk, as grub-bios-setup(8) does where it can open a block device: its first sector into the disk's, its core into a BIOS boot partition, each told where the next one is.
/// Source: GRUB's include/grub/i386/pc/boot.h and include/grub/offsets.h.
/// </summary>
internal static class GrubCore
{
    private const int Sector = GuidPartitionTable.Sector;

    // In the first sector: where the core's first sector is, and a jump over a check of the drive's number, which some BIOSes need not to be taken. Its code ends where the MBR's table begins.
    private const int KernelSector = 0x5C;
    private const int DriveCheck = 0x66;
    private const int CodeBytes = 440;

    // In the core's first sector, its last twelve bytes: where the rest is, of how many sectors, and at which segment it is put.
    private const int BlockList = Sector - 12;
    private const ushort KernelSegment = 0x820;

    /// <summary>Puts it there.</summary>
    /// <param name="disk">The whole disk.</param>
    /// <param name="boot">GRUB's boot.img.</param>
    /// <param name="core">The core that grub-mkimage(1) has made.</param>
    /// <param name="first">The partition's first sector.</param>
    /// <param name="sectors">How many it has.</param>
    /// <exception cref="InvalidDataException">They are not what they should be, or do not fit.</exception>
    public static void Write(Stream disk, byte[] boot, byte[] core, long first, long sectors)
    {
        var count = (core.Length + Sector - 1) / Sector;
        if (boot.Length != Sector || core.Length <= Sector || count > sectors)
        {
            throw new InvalidDataException($"GRUB's boot sector has {boot.Length} bytes and its core {core.Length}");
        }

        var code = boot.AsSpan(0, CodeBytes).ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(code.AsSpan(KernelSector), first);
        code.AsSpan(DriveCheck, 2).Fill(0x90);
        disk.Position = 0;
        disk.Write(code);

        var whole = new byte[count * Sector];
        core.CopyTo(whole, 0);
        BinaryPrimitives.WriteInt64LittleEndian(whole.AsSpan(BlockList), first + 1);
        BinaryPrimitives.WriteUInt16LittleEndian(whole.AsSpan(BlockList + 8), (ushort)(count - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(whole.AsSpan(BlockList + 10), KernelSegment);
        disk.Position = first * Sector;
        disk.Write(whole);
    }
}
