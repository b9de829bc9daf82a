using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Virt.Agent.Storage.Vhds;

/// <summary>The formats of disk images: how files of them are called, how qemu-img calls them, and how it is told to make them.</summary>
internal static class VhdFormats
{
    private static readonly (string Extension, VHDFormat Format)[] Extensions =
    [
        (".qcow2", VHDFormat.Qcow2), (".raw", VHDFormat.Raw), (".img", VHDFormat.Raw),
        (".vhdx", VHDFormat.Vhdx), (".vmdk", VHDFormat.Vmdk), (".vhd", VHDFormat.Vhd), (".vpc", VHDFormat.Vhd),
    ];

    /// <summary>The extensions that say a format, for an error's text.</summary>
    public const string Known = ".qcow2, .raw, .img, .vhdx, .vmdk and .vhd";

    /// <summary>The format that a file's name says; Unknown: it says none.</summary>
    public static VHDFormat OfPath(string path) =>
        Extensions.FirstOrDefault(known => known.Extension.Equals(Path.GetExtension(path), StringComparison.OrdinalIgnoreCase)).Format;

    /// <summary>True where files of many formats are called so, such as the .img of cloud images.</summary>
    public static bool IsVague(string path) => Path.GetExtension(path).Equals(".img", StringComparison.OrdinalIgnoreCase);

    /// <summary>The format by qemu-img's name of it; Unknown: none of ours.</summary>
    public static VHDFormat OfName(string name) => name switch
    {
        "qcow2" => VHDFormat.Qcow2,
        "raw" => VHDFormat.Raw,
        "vhdx" => VHDFormat.Vhdx,
        "vmdk" => VHDFormat.Vmdk,
        "vpc" => VHDFormat.Vhd,
        _ => VHDFormat.Unknown,
    };

    /// <summary>qemu-img's name of a format.</summary>
    public static string NameOf(VHDFormat format) => format switch
    {
        VHDFormat.Qcow2 => "qcow2",
        VHDFormat.Raw => "raw",
        VHDFormat.Vhdx => "vhdx",
        VHDFormat.Vmdk => "vmdk",
        VHDFormat.Vhd => "vpc",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };

    /// <summary>What a user calls a format: what its files end in.</summary>
    public static string WordOf(VHDFormat format) => format.ToString().ToLowerInvariant();

    /// <summary>True where the format can be of the type. A fixed one of VMware's would be two files, and would break when one is renamed.</summary>
    public static bool Has(VHDFormat format, VHDType type) => type switch
    {
        VHDType.Differencing => format == VHDFormat.Qcow2,
        VHDType.Fixed => format != VHDFormat.Vmdk,
        _ => true,
    };

    /// <summary>The options with which qemu-img makes one. Source: <c>qemu-img create -f FORMAT -o help</c>.</summary>
    /// <param name="format">Its format.</param>
    /// <param name="isFixed">All its blocks are to be there at once.</param>
    /// <param name="blockBytes">Of a qcow2 image: in which units it grows; 0: as qemu-img thinks.</param>
    public static IReadOnlyList<string> Options(VHDFormat format, bool isFixed, long blockBytes = 0) => format switch
    {
        VHDFormat.Qcow2 => [.. isFixed ? ["preallocation=falloc"] : Array.Empty<string>(), .. blockBytes > 0 ? [FormattableString.Invariant($"cluster_size={blockBytes}")] : Array.Empty<string>()],
        VHDFormat.Raw => isFixed ? ["preallocation=falloc"] : [],
        VHDFormat.Vhdx => [isFixed ? "subformat=fixed" : "subformat=dynamic"],
        VHDFormat.Vhd => [isFixed ? "subformat=fixed" : "subformat=dynamic", "force_size=on"],
        _ => ["subformat=monolithicSparse"],
    };
}
