using System;
using System.Threading;

namespace Virt.Agent.Vms;

/// <summary>How busy a process is between two looks at it that are far enough apart for the kernel's count.</summary>
/// <param name="used">Its processor time at the first look, which is now.</param>
/// <param name="time">The clock.</param>
internal sealed class CpuMeter(TimeSpan used, TimeProvider time)
{
    // The kernel counts in hundredths of a second: from two looks within a few of them nothing can be told.
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private TimeSpan before = used;
    private long start = time.GetTimestamp();
    private double? percent;

    /// <summary>Processor time since the look before, in percent of one CPU; that of the look before where that was a moment ago; null where there was none.</summary>
    /// <param name="now">Its processor time since its start.</param>
    public double? Look(TimeSpan now)
    {
        lock (gate)
        {
            var end = time.GetTimestamp();
            if (time.GetElapsedTime(start, end) is var passed && passed >= ShortestInterval)
            {
                percent = Percent(now - before, passed);
                (before, start) = (now, end);
            }

            return percent;
        }
    }

    /// <summary>Processor time in percent of one CPU.</summary>
    /// <param name="used">How much.</param>
    /// <param name="passed">In how long; more than nothing.</param>
    public static double Percent(TimeSpan used, TimeSpan passed) => Math.Round(100 * used.TotalSeconds / passed.TotalSeconds, 1);
}
