using System;
using System.Buffers;

namespace Virt.Protocol.Wire;

/// <summary>A growing array to write a message into (netstandard2.0 has no ArrayBufferWriter).</summary>
public sealed class ByteBuffer : IBufferWriter<byte>
{
    private byte[] bytes;

    /// <summary>Makes an empty buffer.</summary>
    /// <param name="capacity">The first size in bytes.</param>
    public ByteBuffer(int capacity = 512) => bytes = new byte[capacity];

    /// <summary>How many bytes have been written.</summary>
    public int Length { get; private set; }

    /// <summary>What has been written; valid until the next write.</summary>
    public ArraySegment<byte> Written => new(bytes, 0, Length);

    /// <summary>Forgets what has been written and keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <inheritdoc/>
    public void Advance(int count) => Length += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsSpan(Length);
    }

    private void Reserve(int sizeHint)
    {
        var needed = Length + Math.Max(sizeHint, 1);
        if (needed > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(needed, bytes.Length * 2));
        }
    }
}
