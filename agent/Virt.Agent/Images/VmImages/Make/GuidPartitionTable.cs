using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Virt.Agent.Images.VmImages.Make;

/// <summary>Writes a GUID partition table, with the protective MBR before it and its copy at the disk's end. Source: UEFI 2.10, 5.2.3 and 5.3.</summary>
internal static class GuidPartitionTable
{
    /// <summary>Bytes of a sector.</summary>
    public const int Sector = 512;

    private const int Entries = 128;
    private const int EntryBytes = 128;
    private const int HeaderBytes = 92;
    private const int TableSectors = Entries * EntryBytes / Sector;

    /// <summary>A BIOS boot partition, where GRUB's core stands (GRUB manual, 3.4).</summary>
    public static readonly Guid BiosBoot = new("21686148-6449-6e6f-744e-656564454649");

    /// <summary>An EFI system partition.</summary>
    public static readonly Guid EfiSystem = new("c12a7328-f81f-11d2-ba4b-00c04fc93ec9");

    /// <summary>The root of a Linux on x86-64, and on arm64, by which systemd-repart(8) knows it (UAPI.2).</summary>
    public static readonly Guid RootX64 = new("4f68bce3-e8cd-4db1-96e7-fbcaf984b709");

    /// <inheritdoc cref="RootX64"/>
    public static readonly Guid RootArm64 = new("b921b045-1df0-41c3-af44-4c6f280d3fae");

    /// <summary>A partition.</summary>
    /// <param name="Type">What it is for.</param>
    /// <param name="Id">Its own id.</param>
    /// <param name="First">Its first sector.</param>
    /// <param name="Last">Its last sector.</param>
    /// <param name="Name">At most 36 letters.</param>
    public sealed record Partition(Guid Type, Guid Id, long First, long Last, string Name);

    /// <summary>Writes both tables. What the first 440 bytes of the disk say stays.</summary>
    /// <param name="disk">The whole disk.</param>
    /// <param name="id">The disk's id.</param>
    /// <param name="partitions">Its partitions.</param>
    public static void Write(Stream disk, Guid id, IReadOnlyList<Partition> partitions)
    {
        var last = (disk.Length / Sector) - 1;
        var entries = EntriesOf(partitions);
        WriteAt(disk, 446, ProtectiveMbr(last));
        WriteAt(disk, 1 * Sector, Header(1, last, 2, last, id, entries));
        WriteAt(disk, 2 * Sector, entries);
        WriteAt(disk, (last - TableSectors) * Sector, entries);
        WriteAt(disk, last * Sector, Header(last, 1, last - TableSectors, last, id, entries));
    }

    private static byte[] EntriesOf(IReadOnlyList<Partition> partitions)
    {
        var bytes = new byte[Entries * EntryBytes];
        for (var i = 0; i < partitions.Count; i++)
        {
            var entry = bytes.AsSpan(i * EntryBytes, EntryBytes);
            partitions[i].Type.TryWriteBytes(entry);
            partitions[i].Id.TryWriteBytes(entry[16..]);
            BinaryPrimitives.WriteInt64LittleEndian(entry[32..], partitions[i].First);
            BinaryPrimitives.WriteInt64LittleEndian(entry[40..], partitions[i].Last);
            Encoding.Unicode.GetBytes(partitions[i].Name, entry[56..]);
        }

        return bytes;
    }

    private static byte[] Header(long self, long other, long table, long last, Guid id, byte[] entries)
    {
        var header = new byte[HeaderBytes];
        "EFI PART"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), 0x10000);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), self);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), other);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), 2 + TableSectors);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(48), last - TableSectors - 1);
        id.TryWriteBytes(header.AsSpan(56));
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(72), table);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(80), Entries);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(84), EntryBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(88), Crc32(entries));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), Crc32(header));
        return header;
    }

    // One partition over the whole disk, or as much of it as an MBR can say, and the signature.
    private static byte[] ProtectiveMbr(long last)
    {
        var bytes = new byte[66];
        bytes[2] = 2;
        bytes[4] = 0xEE;
        bytes.AsSpan(5, 3).Fill(0xFF);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)Math.Min(last, uint.MaxValue));
        bytes[64] = 0x55;
        bytes[65] = 0xAA;
        return bytes;
    }

    // ISO 3309, which UEFI names: a table of a few kilobytes need not be fast.
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var one in bytes)
        {
            sum ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xEDB88320 : 0);
            }
        }

        return ~sum;
    }

    private static void WriteAt(Stream disk, long at, byte[] bytes)
    {
        disk.Position = at;
        disk.Write(bytes);
    }
}
