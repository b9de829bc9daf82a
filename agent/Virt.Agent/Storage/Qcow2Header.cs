using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;
using Virt.Linux.Files;

namespace Virt.Agent.Storage;

/// <summary>What the head of a qcow2 image says. Source: QEMU's docs/interop/qcow2.txt.</summary>
public static class Qcow2Header
{
    private const uint Magic = 0x514649FB;
    private const int Length = 72;
    private const int MostEntries = 4 << 20;
    private const int LongestName = 1023; // of a backing file, as QEMU has it

    /// <summary>True where a qcow2 image stands on no other file, and QEMU reads no other for it: its head names none.</summary>
    /// <param name="path">The image.</param>
    /// <param name="sizeBytes">The disk as the guest sees it.</param>
    public static bool IsWhole(string path, long sizeBytes)
    {
        using var file = File.OpenRead(path);
        Span<byte> header = stackalloc byte[Length + 8];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return false;
        }

        // Of the features that a reader must know: 1 was not closed, 8 another compression; not 4, the data in a file of its own.
        const long Harmless = 1 | 8;
        return BinaryPrimitives.ReadUInt32BigEndian(header) == Magic
            && BinaryPrimitives.ReadInt64BigEndian(header[8..]) == 0
            && BinaryPrimitives.ReadInt64BigEndian(header[24..]) == sizeBytes
            && (BinaryPrimitives.ReadUInt32BigEndian(header[4..]) < 3 || (BinaryPrimitives.ReadInt64BigEndian(header[Length..]) & ~Harmless) == 0);
    }

    /// <summary>
    /// True where nothing was ever written to a copy-on-write child: it reads as the image that it stands on. Nobody may be writing to it. What is no qcow2 image is never untouched.
    /// </summary>
    /// <param name="path">The image.</param>
    /// <param name="sizeBytes">The size that it has where it was not resized.</param>
    public static bool IsUntouched(string path, long sizeBytes)
    {
        try
        {
            using var file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> header = stackalloc byte[Length];
            file.ReadExactly(header);
            var entries = BinaryPrimitives.ReadUInt32BigEndian(header[36..]);
            if (BinaryPrimitives.ReadUInt32BigEndian(header) != Magic
                || BinaryPrimitives.ReadInt64BigEndian(header[24..]) != sizeBytes
                || BinaryPrimitives.ReadUInt32BigEndian(header[60..]) != 0
                || entries > MostEntries)
            {
                return false;
            }

            // Whatever was written, zeros too, has a table of the second level that one of the first names for ever.
            var table = new byte[entries * 8];
            file.Position = BinaryPrimitives.ReadInt64BigEndian(header[40..]);
            file.ReadExactly(table);
            return table.AsSpan().IndexOfAnyExcept((byte)0) < 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    /// <summary>The size of a qcow2 image as a guest sees it; 0 where it is none, or cannot be read.</summary>
    /// <param name="path">The image; somebody may be writing to it.</param>
    public static long SizeOf(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> header = stackalloc byte[32];
            return RandomAccess.Read(file, header, 0) == header.Length && BinaryPrimitives.ReadUInt32BigEndian(header) == Magic ? BinaryPrimitives.ReadInt64BigEndian(header[24..]) : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return 0;
        }
    }

    /// <summary>The full path of the file that a qcow2 image stands on, as its head names it; null where it names none, is no qcow2 image, or cannot be read.</summary>
    /// <param name="path">The image; somebody may be writing to it.</param>
    public static string? BackingOf(string path)
    {
        try
        {
            if (FileIdentity.Read(path) is not { IsRegular: true })
            {
                return null;
            }

            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> header = stackalloc byte[20];
            if (RandomAccess.Read(file, header, 0) < header.Length || BinaryPrimitives.ReadUInt32BigEndian(header) != Magic)
            {
                return null;
            }

            var offset = BinaryPrimitives.ReadInt64BigEndian(header[8..]);
            var length = BinaryPrimitives.ReadInt32BigEndian(header[16..]);
            if (offset <= 0 || length is <= 0 or > LongestName)
            {
                return null;
            }

            var name = new byte[length];
            return RandomAccess.Read(file, name, offset) == length ? Path.GetFullPath(Encoding.UTF8.GetString(name), Path.GetDirectoryName(path)!) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
