using System;
using System.IO;

namespace Virt.Agent.Vms;

/// <summary>
/// The file of a machine's UEFI variables. QEMU's "virt" wants it as large as its flash, 64 MB, of which less than 1 MB is ever written: what is zero takes no room on a disk, and is not sent to another host.
/// Source: VIRT_FLASH of hw/arm/virt.c in QEMU.
/// </summary>
internal static class UefiVariables
{
    private const int Piece = 64 << 10;
    private const int SmallBytes = 4 << 20;

    /// <summary>Copies a file of variables; what is zero becomes a hole.</summary>
    /// <param name="source">The file.</param>
    /// <param name="path">The copy.</param>
    /// <param name="overwrite">True where it may be there already.</param>
    /// <exception cref="IOException">The copy is there already, or there is no room for it.</exception>
    public static void Copy(string source, string path, bool overwrite = false)
    {
        using var from = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        using var to = new FileStream(path, overwrite ? FileMode.Create : FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var piece = new byte[Piece];
        for (int read; (read = from.ReadAtLeast(piece, Piece, throwOnEndOfStream: false)) > 0;)
        {
            var bytes = piece.AsSpan(0, read);
            if (bytes.ContainsAnyExcept((byte)0))
            {
                to.Position = from.Position - read;
                to.Write(bytes);
            }
        }

        to.SetLength(from.Position);
        File.SetUnixFileMode(path, File.GetUnixFileMode(source));
    }

    /// <summary>What is in a file: of a large one, without the zeros at its end. Small ones, which are those of x64, whole: an agent that knows nothing of this takes them as they are.</summary>
    public static byte[] Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.Length <= SmallBytes ? bytes : bytes[..(bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1)];
    }

    /// <summary>Writes what <see cref="Read"/> has read.</summary>
    /// <param name="path">The file, which is not there yet.</param>
    /// <param name="bytes">Its beginning.</param>
    /// <param name="length">How long it was.</param>
    public static void Write(string path, ReadOnlySpan<byte> bytes, long length)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(bytes);
        file.SetLength(Math.Max(length, bytes.Length));
    }
}
