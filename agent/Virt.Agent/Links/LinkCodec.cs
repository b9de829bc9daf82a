using System;
using System.Buffers.Binary;
using System.Numerics;

namespace Virt.Agent.Links;

/// <summary>
/// A frame as bytes: no byte of it is 0, and 0 stands before and behind it. So wherever a reader begins, and whatever was cut off before, the next frame is found. Pure.
/// Source: Cheshire and Baker, Consistent Overhead Byte Stuffing (1999); the check is CRC-32C (RFC 3720, 12.1).
/// </summary>
internal static class LinkCodec
{
    /// <summary>How many bytes of a stream a frame carries at most.</summary>
    public const int MostPayload = 32 << 10;

    /// <summary>What a frame can come to as bytes, with what stands around it.</summary>
    public const int MostBytes = Head + MostPayload + Check + ((Head + MostPayload + Check) / Block) + 3;

    private const int Head = 17;
    private const int Check = 4;
    private const int Block = 254;

    /// <summary>Writes a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="plain">Room of <see cref="MostBytes"/>.</param>
    /// <param name="target">Room of <see cref="MostBytes"/>.</param>
    /// <returns>How many bytes it has.</returns>
    public static int Write(LinkFrame frame, Span<byte> plain, Span<byte> target)
    {
        plain[0] = (byte)frame.Kind;
        BinaryPrimitives.WriteUInt64LittleEndian(plain[1..], frame.Session);
        BinaryPrimitives.WriteUInt32LittleEndian(plain[9..], frame.Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(plain[13..], frame.Stream);
        frame.Payload.CopyTo(plain[Head..]);
        var length = Head + frame.Payload.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(plain[length..], Sum(plain[..length]));
        target[0] = 0;
        var end = 1 + Stuff(plain[..(length + Check)], target[1..]);
        target[end] = 0;
        return end + 1;
    }

    /// <summary>Reads what stood between two zeros, in its place.</summary>
    /// <returns>False: it is no frame.</returns>
    public static bool TryRead(Span<byte> bytes, out LinkFrame frame)
    {
        var length = Unstuff(bytes) - Check;
        frame = default;
        if (length < Head || BinaryPrimitives.ReadUInt32LittleEndian(bytes[length..]) != Sum(bytes[..length]))
        {
            return false;
        }

        frame = new LinkFrame(
            (LinkFrameKind)bytes[0], BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[9..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[13..]), bytes[Head..length]);
        return true;
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var one in bytes)
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return ~sum;
    }

    // Each block begins with its length; a zero stood where the next one begins, but behind a block of the greatest length.
    private static int Stuff(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        var at = 0;
        while (true)
        {
            var run = bytes[..Math.Min(Block, bytes.Length)];
            var zero = run.IndexOf((byte)0);
            var taken = zero < 0 ? run : run[..zero];
            target[at++] = (byte)(taken.Length + 1);
            taken.CopyTo(target[at..]);
            at += taken.Length;
            if (zero < 0 && run.Length < Block)
            {
                return at;
            }

            bytes = bytes[(zero < 0 ? Block : zero + 1)..];
        }
    }

    private static int Unstuff(Span<byte> bytes)
    {
        int from = 0, to = 0;
        while (from < bytes.Length)
        {
            int code = bytes[from++];
            var count = code - 1;
            if (code == 0 || count > bytes.Length - from)
            {
                return 0;
            }

            bytes.Slice(from, count).CopyTo(bytes[to..]);
            (from, to) = (from + count, to + count);
            if (count < Block && from < bytes.Length)
            {
                bytes[to++] = 0;
            }
        }

        return to;
    }
}
