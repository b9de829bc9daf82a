using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Images.Store;

/// <summary>Reads another stream on a thread of its own, some buffers ahead: so that unpacking goes on while the next bytes are inflated and hashed.</summary>
internal sealed class ReadAheadStream : Stream
{
    private const int BufferSize = 256 * 1024;
    private const int Buffers = 8;

    private readonly Lock gate = new();
    private readonly Queue<(byte[] Bytes, int Count)> filled = new();
    private readonly Stack<byte[]> spare = new();
    private readonly SemaphoreSlim free = new(Buffers, Buffers);
    private readonly SemaphoreSlim ready = new(0);
    private readonly CancellationTokenSource ending = new();
    private readonly Task reading;
    private (byte[] Bytes, int Count) current = ([], 0);
    private int at;
    private ExceptionDispatchInfo? failure;

    /// <param name="inner">What is read; the caller's, to be disposed after this one.</param>
    /// <param name="counted">Told of each number of bytes that came; what it throws is thrown to the reader.</param>
    public ReadAheadStream(Stream inner, Action<int> counted) =>
        reading = Task.Factory.StartNew(() => Fill(inner, counted), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

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

    /// <summary>Passes over what is left.</summary>
    public void Drain()
    {
        while (Advance())
        {
            at = current.Count;
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0 || (at == current.Count && !Advance()))
        {
            return 0;
        }

        var count = Math.Min(buffer.Length, current.Count - at);
        current.Bytes.AsSpan(at, count).CopyTo(buffer);
        at += count;
        return count;
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
        if (disposing)
        {
            ending.Cancel();
            reading.Wait();
            ending.Dispose();
            free.Dispose();
            ready.Dispose();
        }

        base.Dispose(disposing);
    }

    // False at the end, which stays the end.
    private bool Advance()
    {
        if (current.Bytes.Length > 0)
        {
            lock (gate)
            {
                spare.Push(current.Bytes);
            }

            free.Release();
        }

        (current, at) = (([], 0), 0);
        ready.Wait();
        lock (gate)
        {
            if (filled.TryDequeue(out var next))
            {
                current = next;
                return true;
            }
        }

        ready.Release();
        failure?.Throw();
        return false;
    }

    private byte[] Spare()
    {
        lock (gate)
        {
            return spare.TryPop(out var bytes) ? bytes : new byte[BufferSize];
        }
    }

    private void Fill(Stream inner, Action<int> counted)
    {
        try
        {
            while (true)
            {
                free.Wait(ending.Token);
                var bytes = Spare();
                var count = inner.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
                if (count == 0)
                {
                    break;
                }

                counted(count);
                lock (gate)
                {
                    filled.Enqueue((bytes, count));
                }

                ready.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody reads any more.
        }
        catch (Exception e)
        {
            failure = ExceptionDispatchInfo.Capture(e);
        }

        ready.Release();
    }
}
