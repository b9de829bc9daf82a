using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Tests.Common;

/// <summary>A clock that stands still until a test moves it; timers fire on the thread that moves it.</summary>
internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private DateTimeOffset now = start;

    public override DateTimeOffset GetUtcNow() => now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (gate)
        {
            timers.Add(timer);
        }

        return timer;
    }

    /// <summary>Lets time pass, and every timer fire at its time.</summary>
    public void Advance(TimeSpan by)
    {
        var end = now + by;
        while (NextUntil(end) is { } timer)
        {
            now = timer.Due > now ? timer.Due!.Value : now;
            timer.Due = null;
            timer.Fire();
        }

        now = end;
    }

    /// <summary>Sets the clock, as an admin does: timers count elapsed time and do not notice.</summary>
    public void Set(DateTimeOffset to)
    {
        lock (gate)
        {
            timers.ForEach(timer => timer.Due += to - now);
            now = to;
        }
    }

    private Timer? NextUntil(DateTimeOffset end)
    {
        lock (gate)
        {
            return timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
        }
    }

    private sealed class Timer(ManualTime time, Action fire) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? null : time.now + dueTime;
            return true;
        }

        public void Dispose() => Due = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
