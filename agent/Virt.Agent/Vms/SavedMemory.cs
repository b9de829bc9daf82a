using System;
using System.Buffers.Binary;
using System.IO;

namespace Virt.Agent.Vms;

/// <summary>
/// The file that QEMU has written a guest's memory and devices to: whether it is all there. Source: QEMU's docs/devel/migration (Stream structure) and migration/savevm.c: a magic number and the version 3;
/// at the end a description of the devices as JSON, after the byte 6 and its length.
/// </summary>
internal static class SavedMemory
{
    private const uint Magic = 0x5145564D; // QEVM
    private const uint Version = 3;
    private const byte DescriptionMark = 6; // QEMU_VM_VMDESCRIPTION
    private const int MarkLength = 5;
    private const int LongestDescription = 4 << 20;

    /// <summary>Looks at its head and its end; null: nothing is wrong.</summary>
    /// <param name="path">The file; nobody writes to it.</param>
    /// <param name="bytes">How long it is to be; 0: that is not known, and only its head is looked at.</param>
    public static string? WhatIsWrong(string path, long bytes)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            Span<byte> head = stackalloc byte[8];
            if (bytes > 0 && length != bytes)
            {
                return FormattableString.Invariant($"it has {length} bytes instead of {bytes}");
            }

            if (RandomAccess.Read(file, head, 0) < head.Length || BinaryPrimitives.ReadUInt32BigEndian(head) != Magic || BinaryPrimitives.ReadUInt32BigEndian(head[4..]) != Version)
            {
                return "it does not begin as QEMU writes it";
            }

            if (bytes == 0)
            {
                return null;
            }

            var end = new byte[Math.Min(length, LongestDescription)];
            return RandomAccess.Read(file, end, length - end.Length) == end.Length && IsEnd(end) ? null : "its end is missing";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message.TrimEnd('.');
        }
    }

    private static bool IsEnd(ReadOnlySpan<byte> end)
    {
        if (end[^1] != (byte)'}')
        {
            return false;
        }

        for (var at = end.Length - MarkLength - 1; at >= 0; at--)
        {
            if (end[at] == DescriptionMark && end[at + MarkLength] == (byte)'{' && BinaryPrimitives.ReadUInt32BigEndian(end[(at + 1)..]) == end.Length - at - MarkLength)
            {
                return true;
            }
        }

        return false;
    }
}
