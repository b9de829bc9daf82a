using System;
using System.Collections.Generic;

namespace Virt.Agent.Common;

/// <summary>How fast a number of bytes grows: over the last seconds, so that one slow moment does not make the time left jump.</summary>
internal sealed class TransferRate
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    private readonly TimeProvider time;
    private readonly Queue<(long Ticks, long Bytes)> notes = new();
    private (long Ticks, long Bytes) last;

    /// <summary>Begins.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="bytes">How many it is now.</param>
    public TransferRate(TimeProvider time, long bytes = 0)
    {
        this.time = time;
        last = (time.GetTimestamp(), bytes);
        notes.Enqueue(last);
    }

    /// <summary>Null before the first note.</summary>
    public long? BytesPerSecond => notes.Count > 1 && time.GetElapsedTime(notes.Peek().Ticks, last.Ticks).TotalSeconds is var seconds and > 0
        ? (long)((last.Bytes - notes.Peek().Bytes) / seconds)
        : null;

    /// <summary>Notes how many bytes it is by now.</summary>
    public void Note(long bytes)
    {
        last = (time.GetTimestamp(), bytes);
        notes.Enqueue(last);
        while (notes.Count > 2 && time.GetElapsedTime(notes.Peek().Ticks, last.Ticks) > Window)
        {
            notes.Dequeue();
        }
    }

    /// <summary>How long as many bytes will take; null where nothing is known to go.</summary>
    public TimeSpan? TimeFor(long bytes) => BytesPerSecond is { } rate and > 0 ? TimeSpan.FromSeconds((double)bytes / rate) : null;
}
