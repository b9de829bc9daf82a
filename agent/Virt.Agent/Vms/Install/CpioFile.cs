using System;
using System.IO;
using System.Text;

namespace Virt.Agent.Vms.Install;

/// <summary>A file as a cpio archive, which the kernel unpacks over what an initramfs has when it stands behind it. Source: Linux, Documentation/driver-api/early-userspace/buffer-format.rst.</summary>
internal static class CpioFile
{
    private const int RegularFile = 0x8000;
    private const int Executable = 0x1ED; // 0755
    private const int Readable = 0x1A4; // 0644
    private const string End = "TRAILER!!!";

    /// <summary>Writes it, from a place that is a multiple of four.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="name">Its path, without a slash in front.</param>
    /// <param name="bytes">What is in it.</param>
    /// <param name="isExecutable">Whether it is a program.</param>
    public static void Write(Stream target, string name, ReadOnlySpan<byte> bytes, bool isExecutable = false)
    {
        WriteEntry(target, name, RegularFile | (isExecutable ? Executable : Readable), bytes);
        WriteEntry(target, End, 0, []);
    }

    private static void WriteEntry(Stream target, string name, int mode, ReadOnlySpan<byte> bytes)
    {
        var nameBytes = Encoding.UTF8.GetByteCount(name) + 1;
        var head = FormattableString.Invariant($"070701{0:X8}{mode:X8}{0:X8}{0:X8}{1:X8}{0:X8}{bytes.Length:X8}{0:X8}{0:X8}{0:X8}{0:X8}{nameBytes:X8}{0:X8}{name}\0");
        var written = Encoding.UTF8.GetBytes(head);
        target.Write(written);
        Pad(target, written.Length);
        target.Write(bytes);
        Pad(target, bytes.Length);
    }

    private static void Pad(Stream target, int length) => target.Write(stackalloc byte[(4 - length % 4) % 4]);
}
