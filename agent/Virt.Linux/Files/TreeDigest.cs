using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text;

namespace Virt.Linux.Files;

/// <summary>A digest of a tree: of every name, type, permission, owner, link and byte in it, and not of times.</summary>
public static class TreeDigest
{
    private const int Chunk = 128 * 1024;

    // What of an entry's extended attributes says what it is: file capabilities, and in a layer that a folder hides the one below it.
    private static readonly string[] Attributes = ["security.capability", "trusted.overlay.opaque"];

    /// <summary>The SHA-256, as lower-case hexadecimal digits.</summary>
    /// <param name="path">The tree's top.</param>
    /// <param name="entries">What <see cref="FileTree.Entries"/> gave for it.</param>
    /// <param name="seed">What it stands on; trees of different seeds differ.</param>
    /// <exception cref="LinuxException">A file cannot be opened.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string Compute(string path, IReadOnlyList<TreeEntry> entries, string seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Chunk];
        AppendField(hash, Encoding.UTF8.GetBytes(seed));
        foreach (var entry in entries)
        {
            AppendEntry(hash, entry, withTime: false);
            foreach (var attribute in entry.IsLink ? [] : Attributes)
            {
                AppendField(hash, FileTree.ReadAttribute(path, entry, attribute) ?? []);
            }

            if (entry.IsLink)
            {
                AppendField(hash, FileTree.ReadLink(path, entry));
            }
            else if (entry.IsFile)
            {
                AppendContent(hash, path, entry, buffer);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The same without the content: times stand for it. For a tree that is not supposed to change.</summary>
    /// <param name="entries">What <see cref="FileTree.Entries"/> gave.</param>
    /// <param name="seed">What it stands on.</param>
    public static string ComputeByTimes(IReadOnlyList<TreeEntry> entries, string seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendField(hash, Encoding.UTF8.GetBytes(seed));
        foreach (var entry in entries)
        {
            AppendEntry(hash, entry, withTime: true);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendEntry(IncrementalHash hash, TreeEntry entry, bool withTime)
    {
        AppendField(hash, entry.Name.Span);
        if (entry.IsWhiteout)
        {
            // A mark and no file: whose it is depends on who has made it, overlayfs or a layer's archive.
            entry = entry with { UserId = 0, GroupId = 0, Mode = 0x2000 };
        }

        Span<byte> numbers = stackalloc byte[36];
        BinaryPrimitives.WriteUInt32LittleEndian(numbers, entry.Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers[4..], entry.UserId);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers[8..], entry.GroupId);
        BinaryPrimitives.WriteUInt64LittleEndian(numbers[12..], entry.Device);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[20..], entry.IsFolder ? 0 : entry.Size);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[28..], withTime && !entry.IsFolder ? entry.ModifiedNanoseconds : 0);
        hash.AppendData(numbers);
    }

    // Each with its length before it, so that no two trees give the same bytes.
    private static void AppendField(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }

    private static void AppendContent(IncrementalHash hash, string path, TreeEntry entry, byte[] buffer)
    {
        using var file = FileTree.OpenEntry(path, entry);
        long at = 0;
        int count;
        while ((count = RandomAccess.Read(file, buffer, at)) > 0)
        {
            hash.AppendData(buffer, 0, count);
            at += count;
        }
    }
}
