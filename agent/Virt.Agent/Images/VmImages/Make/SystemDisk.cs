using System;
using System.Collections.Generic;
using static Virt.Agent.Images.VmImages.Make.GuidPartitionTable;

namespace Virt.Agent.Images.VmImages.Make;

/// <summary>Where what stands on the disk of a distribution's image: room for GRUB's core, which a BIOS starts; an EFI system partition, which UEFI reads; and the root, the last one, so that it can grow with the disk.</summary>
/// <param name="SizeBytes">The whole disk, a multiple of a mebibyte.</param>
/// <param name="IsArm">For arm64, where nothing has a BIOS; else x64.</param>
internal sealed record SystemDisk(long SizeBytes, bool IsArm)
{
    private const long Mebibyte = 1L << 20;
    private const long PerMebibyte = Mebibyte / Sector;
    private const long EspMebibytes = 128;

    /// <summary>The root's id, by which GRUB, the kernel and fstab find it.</summary>
    public Guid RootId { get; init; } = Guid.NewGuid();

    /// <summary>The ESP's serial number, eight hexadecimal digits, by which fstab finds it.</summary>
    public string EspId { get; init; } = Guid.NewGuid().ToString("N")[..8].ToUpperInvariant();

    /// <summary>The first sector of GRUB's core, and how many there are for it.</summary>
    public static (long First, long Count) Core => (PerMebibyte, PerMebibyte);

    /// <summary>Where the ESP begins, in bytes.</summary>
    public static long EspOffset => 2 * Mebibyte;

    /// <summary>How many sectors it has.</summary>
    public static long EspSectors => EspMebibytes * PerMebibyte;

    /// <summary>Where the root begins, in bytes.</summary>
    public static long RootOffset => EspOffset + (EspMebibytes * Mebibyte);

    /// <summary>How large the root is, in bytes; the last mebibyte has the copy of the table.</summary>
    public long RootBytes => SizeBytes - RootOffset - Mebibyte;

    /// <summary>The partitions.</summary>
    public IReadOnlyList<Partition> Partitions =>
    [
        new(BiosBoot, Guid.NewGuid(), Core.First, Core.First + Core.Count - 1, "bios"),
        new(EfiSystem, Guid.NewGuid(), EspOffset / Sector, (RootOffset / Sector) - 1, "esp"),
        new(IsArm ? RootArm64 : RootX64, Guid.NewGuid(), RootOffset / Sector, ((RootOffset + RootBytes) / Sector) - 1, "root"),
    ];
}
