using System;
using System.IO;
using Virt.Agent.Storage;

namespace Virt.Agent.Registries.VmImages;

/// <summary>What a file is, by what stands in it: a name can say anything.</summary>
/// <param name="Format"><c>qcow2</c> or <c>raw</c>; null: it is no disk that a machine can be made from as it is.</param>
/// <param name="What">What it is, for people: <c>packed by xz</c>.</param>
internal sealed record VmImageFormat(string? Format, string What)
{
    private const int HeadBytes = 40 << 10;
    private const int IsoMark = (16 * 2048) + 1;
    private const int BootMark = 510; // of a master boot record, which a GPT has too

    /// <summary>Looks at a file.</summary>
    public static VmImageFormat Read(string path)
    {
        using var file = File.OpenRead(path);
        var head = new byte[HeadBytes];
        return Of(head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
    }

    /// <summary>Looks at a file's first bytes.</summary>
    public static VmImageFormat Of(ReadOnlySpan<byte> head) => head switch
    {
        _ when DiskSignature.Of(head) is { } format => new VmImageFormat(format == "qcow2" ? format : null, $"a {format} image"),
        _ when head.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z']) => Packed("xz", "xz -d"),
        _ when head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) => Packed("gzip", "gzip -d"),
        _ when head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) => Packed("zstd", "zstd -d"),
        _ when head.StartsWith("BZh"u8) => Packed("bzip2", "bzip2 -d"),
        _ when head.StartsWith("PK\x03\x04"u8) => Packed("zip", "unzip"),
        _ when head.StartsWith("conectix"u8) => new VmImageFormat(null, "a vhd image"),
        _ when head.Length > IsoMark + 5 && head[IsoMark..].StartsWith("CD001"u8) => new VmImageFormat(null, "an ISO image, from which a system is installed"),
        _ when head.Length >= BootMark + 2 && head[BootMark] == 0x55 && head[BootMark + 1] == 0xAA => new VmImageFormat("raw", "a raw disk"),
        _ when head.StartsWith("<!"u8) || head.StartsWith("<h"u8) => new VmImageFormat(null, "a web page"),
        _ => new VmImageFormat(null, "neither a qcow2 image nor a disk with a partition table"),
    };

    private static VmImageFormat Packed(string by, string command) => new(null, $"packed by {by} ({command} unpacks it)");
}
