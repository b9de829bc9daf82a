using System;
using System.IO;

namespace Virt.Agent.Images.Tar;

/// <summary>The fields of a header block: POSIX.1-1988 (ustar) with what GNU tar and star make of it.</summary>
internal readonly ref struct TarHeader(ReadOnlySpan<byte> block)
{
    public const int Length = 512;

    private readonly ReadOnlySpan<byte> block = block;

    public char Type => (char)block[156];

    public ReadOnlySpan<byte> LinkName => Text(157, 100);

    public long Size => Number(124, 12, "size");

    public long Mode => Number(100, 8, "mode");

    public long UserId => Number(108, 8, "owner");

    public long GroupId => Number(116, 8, "group");

    public long Modified => Number(136, 12, "time");

    public long DeviceMajor => Number(329, 8, "device number");

    public long DeviceMinor => Number(337, 8, "device number");

    /// <summary>In a header of a sparse file as old GNU tars write it: the length with its holes.</summary>
    public long RealSize => Number(483, 12, "size");

    /// <summary>In such a header: whether blocks with more parts follow.</summary>
    public bool IsExtended => block[482] != 0;

    public bool IsZero => !block.ContainsAnyExcept((byte)0);

    public bool HasDeviceNumbers => block[257..262].SequenceEqual("ustar"u8);

    /// <summary>The name, with what ustar and star put before it.</summary>
    public byte[] Name()
    {
        var name = Text(0, 100);
        var prefix = !block[257..263].SequenceEqual("ustar\0"u8) ? [] : block[508..512].SequenceEqual("tar\0"u8) ? Text(345, 131) : Text(345, 155);
        return prefix.Length == 0 ? name.ToArray() : [.. prefix, (byte)'/', .. name];
    }

    /// <summary>Whether the sum of the header's bytes is what it says; old tars summed signed ones.</summary>
    public bool IsSumRight()
    {
        long unsigned = 0, signed = 0;
        for (var i = 0; i < Length; i++)
        {
            var value = i is >= 148 and < 156 ? (byte)' ' : block[i];
            unsigned += value;
            signed += (sbyte)value;
        }

        return Number(148, 8, "sum") is var said && (said == unsigned || said == signed);
    }

    /// <summary>The parts of a sparse file that stand at a place of a block.</summary>
    /// <param name="at">The first one's offset.</param>
    /// <param name="index">Which.</param>
    public TarExtent? Extent(int at, int index)
    {
        var place = at + (index * 24);
        return block[place] == 0 ? null : new TarExtent(Number(place, 12, "sparse map"), Number(place + 12, 12, "sparse map"));
    }

    private ReadOnlySpan<byte> Text(int offset, int length)
    {
        var field = block.Slice(offset, length);
        var end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    // Octal digits among blanks and zeros; or, where the first bit is set, a number of two's complement in all other bits (GNU tar's base-256).
    private long Number(int offset, int length, string what)
    {
        var field = block.Slice(offset, length);
        if ((field[0] & 0x80) != 0)
        {
            var isNegative = (field[0] & 0x40) != 0;
            var number = (long)(isNegative ? field[0] | ~0x7F : field[0] & 0x3F);
            foreach (var one in field[1..])
            {
                if (number is >= (1L << 55) or < -(1L << 55))
                {
                    throw new InvalidDataException($"a header's {what} is out of range");
                }

                number = (number << 8) | one;
            }

            return number;
        }

        long value = 0;
        var digits = field.Trim(" \0"u8);
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                throw new InvalidDataException($"a header's {what} is no number");
            }

            value = (value << 3) | (long)(digit - '0');
        }

        return value;
    }
}
