using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace Virt.Linux.Netlink;

/// <summary>Messages to the kernel that are sent together, as netlink(7) has them: a header, a family's own header, attributes padded to 4 bytes.</summary>
internal sealed class NetlinkBatch
{
    internal const ushort Request = 1, Create = 0x400, Replace = 0x100, Exclusive = 0x200, Append = 0x800;
    private const int HeaderSize = 16;
    private const ushort Nested = 0x8000;
    private readonly List<string> subjects = [];
    private byte[] buffer = new byte[1024];
    private int size;
    private int start;

    /// <summary>All messages, each with its number in the batch, from 1, as its sequence.</summary>
    internal ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, size);

    /// <summary>How many messages there are.</summary>
    internal int Count => subjects.Count;

    /// <summary>What a message is about.</summary>
    /// <param name="sequence">Its number, as an error names it.</param>
    internal string SubjectOf(uint sequence) => sequence is > 0 && sequence <= subjects.Count ? subjects[(int)sequence - 1] : "";

    /// <summary>Begins the next message.</summary>
    /// <param name="subject">What it is about, for an error's text.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="flags">Beside NLM_F_REQUEST.</param>
    /// <param name="header">The family's own header, a multiple of 4 bytes.</param>
    internal void Begin(string subject, ushort type, ushort flags, ReadOnlySpan<byte> header)
    {
        subjects.Add(subject);
        start = size;
        var bytes = Take(HeaderSize + header.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], (ushort)(Request | flags));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], (uint)subjects.Count);
        header.CopyTo(bytes[HeaderSize..]);
        SetLength();
    }

    /// <summary>Adds an attribute to the message.</summary>
    internal void Add(ushort type, ReadOnlySpan<byte> value)
    {
        var bytes = Take((4 + value.Length + 3) & ~3);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], type);
        value.CopyTo(bytes[4..]);
        SetLength();
    }

    /// <summary>A number in this machine's order, as rtnetlink has them.</summary>
    internal void Add(ushort type, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        Add(type, bytes);
    }

    /// <summary>A number in the network's order, as nfnetlink has them.</summary>
    internal void AddBigEndian(ushort type, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        Add(type, bytes);
    }

    /// <summary>A text with its zero byte.</summary>
    internal void Add(ushort type, string text) => Add(type, Encoding.UTF8.GetBytes(text + "\0"));

    /// <summary>Bytes that no attribute is around, such as the link header of a veth's peer.</summary>
    internal void AddRaw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Take((value.Length + 3) & ~3));
        SetLength();
    }

    /// <summary>Opens an attribute that holds others.</summary>
    /// <returns>What <see cref="End"/> is given.</returns>
    internal int Nest(ushort type)
    {
        var at = size;
        Add((ushort)(type | Nested), []);
        return at;
    }

    /// <summary>Closes it.</summary>
    internal void End(int nest) => BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(nest), (ushort)(size - nest));

    private Span<byte> Take(int count)
    {
        if (size + count > buffer.Length)
            Array.Resize(ref buffer, Math.Max(size + count, buffer.Length * 2));
        size += count;
        return buffer.AsSpan(size - count, count);
    }

    private void SetLength() => BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(start), size - start);
}
