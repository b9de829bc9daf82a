using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Fleet;

/// <summary>
/// Reads from a connection in big pieces, and gathers what is written until it is flushed: a record of TLS has 16 KB at most (RFC 8446, 5.1), and a system call
/// and a switch of threads for each of them cost more than its encryption. One reader and one writer at a time.
/// </summary>
/// <param name="inner">The connection; this stream's from now on.</param>
internal sealed class BulkStream(Stream inner) : Stream
{
    private const int BufferBytes = 256 << 10;

    private byte[] read = [];
    private int readAt;
    private int readEnd;
    private byte[] written = [];
    private int writtenEnd;

    /// <summary>From now on what is written goes out when it is flushed or the buffer is full, no sooner; without it at once.</summary>
    public bool Gathers { get; set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (readAt == readEnd && buffer.Length > 0)
        {
            (readAt, readEnd) = (0, await inner.ReadAsync(Reading(), cancellationToken).ConfigureAwait(false));
        }

        return Take(buffer.Span);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!Fits(buffer.Length))
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!Keep(buffer.Span))
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (writtenEnd > 0)
        {
            await inner.WriteAsync(written.AsMemory(0, Emptied()), cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        if (readAt == readEnd && buffer.Length > 0)
        {
            (readAt, readEnd) = (0, inner.Read(Reading()));
        }

        return Take(buffer);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!Fits(buffer.Length))
        {
            Flush();
        }

        if (!Keep(buffer))
        {
            inner.Write(buffer);
        }
    }

    public override void Flush()
    {
        if (writtenEnd > 0)
        {
            inner.Write(written.AsSpan(0, Emptied()));
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private byte[] Reading() => read.Length > 0 ? read : read = new byte[BufferBytes];

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, readEnd - readAt);
        read.AsSpan(readAt, count).CopyTo(buffer);
        readAt += count;
        return count;
    }

    private bool Fits(int count) => writtenEnd == 0 || writtenEnd + count <= written.Length;

    // False: it is not gathered, or is bigger than the buffer.
    private bool Keep(ReadOnlySpan<byte> bytes)
    {
        if (!Gathers || bytes.Length > BufferBytes)
        {
            return false;
        }

        if (written.Length == 0)
        {
            written = new byte[BufferBytes];
        }

        bytes.CopyTo(written.AsSpan(writtenEnd));
        writtenEnd += bytes.Length;
        return true;
    }

    private int Emptied()
    {
        var count = writtenEnd;
        writtenEnd = 0;
        return count;
    }
}
