using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Links;

/// <summary>One of the streams that share a link: bytes in both directions. Each side sends no more ahead than the other has room for, so who reads slowly holds up nobody but himself. One reader and one writer at a time.</summary>
internal sealed class LinkStream : Stream
{
    /// <summary>How many bytes one side may send ahead of what the other has taken.</summary>
    public const int Window = 256 << 10;

    // So often is the other side told.
    private const int TellAt = Window / 4;

    private readonly LinkSession session;
    private readonly Lock gate = new();
    private readonly LinkBuffer arrived = new(Window);
    private readonly TaskCompletionSource<bool> taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? room;
    private TaskCompletionSource? news;
    private long credit = Window;
    private long allowed = Window;
    private int untold;
    private bool isOver;

    /// <summary>Makes one end of a stream.</summary>
    /// <param name="session">What it belongs to.</param>
    /// <param name="id">Its number there.</param>
    public LinkStream(LinkSession session, uint id)
    {
        this.session = session;
        Id = id;
    }

    /// <summary>Its number in its session.</summary>
    public uint Id { get; }

    /// <summary>Whether the other side has taken it, once that is known. False: it was over before that.</summary>
    public Task<bool> IsTaken => taken.Task;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Takes what has come for it.</summary>
    /// <exception cref="LinkException">It is more than there is room for.</exception>
    public void Arrive(ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource? wake;
        lock (gate)
        {
            allowed -= bytes.Length;
            if (bytes.Length == 0 || allowed < 0 || !arrived.TryAdd(bytes))
            {
                throw new LinkException("More has come than there is room for.");
            }

            (wake, news) = (news, null);
        }

        taken.TrySetResult(true);
        wake?.TrySetResult();
    }

    /// <summary>The other side has taken some; none at first, when it has taken the stream itself.</summary>
    /// <exception cref="LinkException">It was never sent that much.</exception>
    public void Grant(uint bytes)
    {
        TaskCompletionSource? wake;
        lock (gate)
        {
            credit += bytes;
            if (credit > Window)
            {
                throw new LinkException("More was taken than was sent.");
            }

            (wake, room) = (room, null);
        }

        taken.TrySetResult(true);
        wake?.TrySetResult();
    }

    /// <summary>Nothing more comes, and nothing more goes: what has come can still be read.</summary>
    public void End()
    {
        TaskCompletionSource? writer, reader;
        lock (gate)
        {
            isOver = true;
            (writer, room) = (room, null);
            (reader, news) = (news, null);
        }

        taken.TrySetResult(false);
        writer?.TrySetResult();
        reader?.TrySetResult();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task more;
            lock (gate)
            {
                if (arrived.Count > 0 || isOver)
                {
                    var count = arrived.Take(buffer.Span);
                    Tell(count);
                    return count;
                }

                news ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                more = news.Task;
            }

            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">It is over.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var count = await TakeRoomAsync(Math.Min(buffer.Length, LinkCodec.MostPayload), cancellationToken).ConfigureAwait(false);
            await session.SendAsync(this, buffer[..count], cancellationToken).ConfigureAwait(false);
            buffer = buffer[count..];
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            session.Close(this);
        }

        base.Dispose(disposing);
    }

    // That it is told late costs nothing but a wait.
    private void Tell(int count)
    {
        untold += count;
        if (untold >= TellAt && !isOver)
        {
            session.Tell(this, (uint)untold);
            allowed += untold;
            untold = 0;
        }
    }

    private async ValueTask<int> TakeRoomAsync(int wanted, CancellationToken cancellation)
    {
        while (true)
        {
            Task more;
            lock (gate)
            {
                if (isOver)
                {
                    throw new IOException("The stream is over.");
                }

                if (credit > 0)
                {
                    var count = (int)Math.Min(wanted, credit);
                    credit -= count;
                    return count;
                }

                room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                more = room.Task;
            }

            await more.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
