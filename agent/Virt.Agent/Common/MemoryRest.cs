using System;
using System.Runtime;
using System.Threading;
using System.Threading.Tasks;
using Virt.Linux.Processes;

namespace Virt.Agent.Common;

/// <summary>
/// Gives back what the agent used for work that is done: once it has been quiet for a moment the heap is compacted and the pages of the program are given back, so that a daemon which stands by on every
/// host is as small after a thousand starts as before. A runtime left alone keeps both until something presses, which on a host of many gigabytes nothing does.
/// </summary>
internal sealed class MemoryRest
{
    internal static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    // What the agent's own timers allocate in a tick is some ten kilobytes, a call as much.
    private const long QuietBytes = 256 << 10;

    // Less is not worth the pause: some ten milliseconds with a thousand containers.
    private const long WorthBytes = 4 << 20;

    // An agent that is never quiet, such as by many health checks, gives back its program's pages alone.
    private const int TicksToCode = 12;

    private long allocated;
    private long rested;
    private int ticks;

    /// <summary>What is to be given back.</summary>
    internal enum Step
    {
        /// <summary>Nothing: it is at work, or as small as it was.</summary>
        None,

        /// <summary>The program's pages.</summary>
        Code,

        /// <summary>The program's pages, and what the heap has free.</summary>
        All,
    }

    /// <summary>Looks every five seconds, until it is cancelled.</summary>
    public static async Task KeepAsync(TimeProvider time, CancellationToken cancellation)
    {
        var rest = new MemoryRest();
        OwnCode.GiveBack();
        rest.Rested(Environment.WorkingSet);
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
            {
                var step = rest.Next(GC.GetTotalAllocatedBytes(), Environment.WorkingSet);
                if (step == Step.None)
                {
                    continue;
                }

                if (step == Step.All)
                {
                    GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                }

                OwnCode.GiveBack();
                rest.Rested(Environment.WorkingSet);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    /// <summary>What to do at a tick.</summary>
    /// <param name="allocatedBytes">Allocated since the process began.</param>
    /// <param name="residentBytes">In memory now.</param>
    internal Step Next(long allocatedBytes, long residentBytes)
    {
        var isQuiet = allocatedBytes - allocated < QuietBytes;
        allocated = allocatedBytes;
        ticks++;
        return residentBytes - rested < WorthBytes ? Step.None
            : isQuiet ? Step.All
            : ticks >= TicksToCode ? Step.Code
            : Step.None;
    }

    /// <summary>Tells how small it has become.</summary>
    internal void Rested(long residentBytes)
    {
        rested = residentBytes;
        ticks = 0;
    }
}
