using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Virt.Agent.Links;

/// <summary>What the two sides of a link say to begin a session: each gives it a number of its own, which stands in every frame that it is to take. So whatever was sent to somebody who was there before is nothing to it.</summary>
internal static class LinkHello
{
    // The first byte of what both say; another one is not understood.
    private const byte Version = 1;
    private const int Length = 1 + (2 * sizeof(ulong));

    /// <summary>A number that nobody had before.</summary>
    public static ulong NewNumber()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes) | 1;
    }

    /// <summary>What is said.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="other">What the guest answers to: the host's number. 0 for the host.</param>
    public static byte[] Write(ulong number, ulong other = 0)
    {
        var bytes = new byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1), number);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1 + sizeof(ulong)), other);
        return bytes;
    }

    /// <summary>What was said: the number, and the one that it answers to; null: it cannot be understood.</summary>
    public static (ulong Number, ulong Other)? Read(ReadOnlySpan<byte> bytes) => bytes.Length == Length && bytes[0] == Version && BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..]) is not 0 and var number
        ? (number, BinaryPrimitives.ReadUInt64LittleEndian(bytes[(1 + sizeof(ulong))..]))
        : null;
}
