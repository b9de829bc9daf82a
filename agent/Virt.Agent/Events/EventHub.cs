using System;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Events;

/// <summary>
/// What has happened on this host: services tell it, watchers read it. It keeps the latest events in a ring and knows no watcher, so nobody who reads slowly is waited
/// for; who was overtaken is told how many events he has missed.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="capacity">How many events are kept; about 100 bytes each.</param>
public sealed class EventHub(TimeProvider time, int capacity = EventHub.Kept)
{
    /// <summary>How many events an agent keeps.</summary>
    public const int Kept = 4096;

    private const int BatchSize = 256;

    private readonly VirtEvent[] ring = new VirtEvent[capacity];
    private readonly DateTimeOffset start = time.GetUtcNow();
    private readonly Lock gate = new();
    private TaskCompletionSource? awaited;
    private long next;

    /// <summary>The number of the event that comes next.</summary>
    public long Next
    {
        get
        {
            lock (gate)
            {
                return next;
            }
        }
    }

    /// <summary>How many events are kept at most.</summary>
    public int Capacity => capacity;

    /// <summary>Tells that something has happened. Costs next to nothing and never waits; may be called under any lock.</summary>
    public void Publish(VirtEventKind kind, VirtEventAction action, string name, Guid id, string message = "", int? exitCode = null)
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            ring[next++ % capacity] = new VirtEvent { Time = time.GetUtcNow(), Kind = kind, Action = action, Name = name, Id = id, Message = message, ExitCode = exitCode };
            waiting = awaited;
            awaited = null;
        }

        waiting?.SetResult();
    }

    /// <summary>Gives events from a number on, some at a time.</summary>
    /// <param name="from">The first one's number.</param>
    public EventBatch Read(long from)
    {
        lock (gate)
        {
            var first = Math.Max(from, next - capacity);
            var events = new VirtEvent[Math.Clamp(next - first, 0, BatchSize)];
            for (var i = 0; i < events.Length; i++)
            {
                events[i] = ring[(first + i) % capacity];
            }

            return new EventBatch(events, first + events.Length, first - from);
        }
    }

    /// <summary>Ends when there is an event with this number, or a later one.</summary>
    public Task ArrivedAsync(long number)
    {
        lock (gate)
        {
            return next > number ? Task.CompletedTask : (awaited ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Where to begin to read what has happened since a time.</summary>
    /// <param name="since">The time.</param>
    /// <returns>The number of the first event from then on, and the time from which on every event is kept.</returns>
    public (long Number, DateTimeOffset KeptSince) FirstSince(DateTimeOffset since)
    {
        lock (gate)
        {
            var first = Math.Max(0, next - capacity);
            var keptSince = first == 0 ? start : ring[first % capacity].Time;
            while (first < next && ring[first % capacity].Time < since)
            {
                first++;
            }

            return (first, keptSince);
        }
    }
}
