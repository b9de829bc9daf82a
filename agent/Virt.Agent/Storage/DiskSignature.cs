using System;
using System.IO;

namespace Virt.Agent.Storage;

/// <summary>What a file says by its first bytes that it is. For what a guest may have written only to refuse it: that is never believed.</summary>
internal static class DiskSignature
{
    /// <summary>The format of a disk image that begins with its own signature; null: none of these. Sources: QEMU, docs/interop/qcow2.txt; [MS-VHDX] 2.2.1; VMware, Virtual Disk Format 5.0.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it be.</exception>
    public static string? Read(string path)
    {
        Span<byte> head = stackalloc byte[8];
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return Of(head[..RandomAccess.Read(file, head, 0)]);
    }

    /// <summary>The same of a file's first bytes, eight or more.</summary>
    public static string? Of(ReadOnlySpan<byte> head) => head switch
    {
        [0x51, 0x46, 0x49, 0xFB, ..] => "qcow2",
        [0x76, 0x68, 0x64, 0x78, 0x66, 0x69, 0x6C, 0x65, ..] => "vhdx",
        [0x4B, 0x44, 0x4D, 0x56, ..] => "vmdk",
        _ => null,
    };
}
