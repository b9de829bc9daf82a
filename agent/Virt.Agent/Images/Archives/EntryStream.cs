using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images.Tar;

namespace Virt.Agent.Images.Archives;

/// <summary>The content of the entry that a reader stands at.</summary>
/// <param name="reader">The reader.</param>
/// <param name="length">The content's length.</param>
internal sealed class EntryStream(TarReader reader, long length) : Stream
{
    private const int MagicAt = 257;

    private readonly byte[] start = new byte[MagicAt + 5];
    private long position;

    /// <summary>True where what has been read so far begins as an archive does.</summary>
    public bool IsArchive => position >= start.Length && start.AsSpan(MagicAt).SequenceEqual("ustar"u8);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = reader.Read(buffer);
        if (position < start.Length)
        {
            buffer[..Math.Min(count, (int)(start.Length - position))].CopyTo(start.AsSpan((int)position));
        }

        position += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

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
}
