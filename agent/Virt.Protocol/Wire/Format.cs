using System;

namespace Virt.Protocol.Wire;

/// <summary>How one contract record goes over the wire. The source generator makes one for every <c>[MessagePackObject]</c>.</summary>
public sealed class Format<T>
{
    /// <summary>Makes a format out of its two halves.</summary>
    public Format(string name, WireWrite<T> write, WireRead<T> read)
    {
        Name = name;
        Write = write;
        Read = read;
    }

    /// <summary>The contract's name, as docs/protocol.md lists it.</summary>
    public string Name { get; }

    /// <summary>Writes a value.</summary>
    public WireWrite<T> Write { get; }

    /// <summary>Reads a value.</summary>
    public WireRead<T> Read { get; }

    /// <summary>The bytes of one value.</summary>
    public byte[] Encode(T value)
    {
        var buffer = new ByteBuffer();
        var writer = new MessagePack.MessagePackWriter(buffer);
        Write(ref writer, value);
        writer.Flush();
        return buffer.Written.AsSpan().ToArray();
    }

    /// <summary>One value out of its bytes.</summary>
    public T Decode(byte[] bytes)
    {
        var reader = new MessagePack.MessagePackReader(bytes);
        return Read(ref reader);
    }
}
