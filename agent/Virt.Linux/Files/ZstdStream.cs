using System;
using System.IO;
using System.Runtime.InteropServices;

namespace Virt.Linux.Files;

/// <summary>Reads what zstd has compressed, by the system's own library: RFC 8878, and zstd.h, Streaming decompression. Frames may follow each other.</summary>
public sealed unsafe class ZstdStream : Stream
{
    // SAFETY: the buffers that the library is given are pinned until its call has returned, and the context is used by one thread at a time.
    private const int Chunk = 128 * 1024;

    private readonly Stream inner;
    private readonly byte[] input = new byte[Chunk];
    private nint context;
    private int at;
    private int end;
    private bool isInFrame;

    /// <param name="inner">The compressed bytes; the caller's.</param>
    /// <exception cref="DllNotFoundException">The host has no libzstd.so.1.</exception>
    public ZstdStream(Stream inner)
    {
        this.inner = inner;
        context = Libzstd.ZSTD_createDStream();
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">It is damaged; the message is the cause.</exception>
    /// <exception cref="EndOfStreamException">It ends in the middle of a frame.</exception>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(context == 0, this);
        while (buffer.Length > 0)
        {
            if (at == end)
            {
                at = 0;
                end = inner.Read(input);
                if (end == 0)
                {
                    return isInFrame ? throw new EndOfStreamException("it ends in the middle of a zstd frame") : 0;
                }
            }

            fixed (byte* from = input, to = buffer)
            {
                var source = new Libzstd.Buffer { Bytes = from, Size = (nuint)end, Position = (nuint)at };
                var target = new Libzstd.Buffer { Bytes = to, Size = (nuint)buffer.Length };
                var result = Libzstd.ZSTD_decompressStream(context, &target, &source);
                if (Libzstd.ZSTD_isError(result) != 0)
                {
                    throw new InvalidDataException($"zstd says '{Marshal.PtrToStringUTF8(Libzstd.ZSTD_getErrorName(result))}'");
                }

                at = (int)source.Position;
                isInFrame = result != 0;
                if (target.Position > 0)
                {
                    return (int)target.Position;
                }
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (context != 0)
        {
            _ = Libzstd.ZSTD_freeDStream(context);
            context = 0;
        }

        base.Dispose(disposing);
    }
}
