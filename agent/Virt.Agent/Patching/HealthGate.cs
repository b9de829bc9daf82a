using System;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Patching;

/// <summary>Asks again and again whether a workload works, until it does or its time is over. The first questions follow each other closely: most services answer within moments.</summary>
public static class HealthGate
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);

    /// <summary>The last answer: a healthy one, or why not; null where there is nothing to be checked.</summary>
    /// <param name="probe">One round of checks; what it throws counts as unhealthy only where it is a time-out of its own.</param>
    /// <param name="check">How long and how often.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<HealthAnswer?> WaitAsync(Func<CancellationToken, Task<HealthAnswer?>> probe, HealthCheck check, TimeProvider time, CancellationToken cancellation)
    {
        var begin = time.GetTimestamp();
        using var limit = new CancellationTokenSource(check.Timeout > TimeSpan.Zero ? check.Timeout : TimeSpan.FromSeconds(1), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        HealthAnswer? last = null;
        for (var pause = FirstPause; ; pause = pause * 2 < check.Interval ? pause * 2 : check.Interval)
        {
            try
            {
                last = await probe(either.Token).ConfigureAwait(false);
                if (last is null or { IsHealthy: true } or { IsFinal: true })
                {
                    return last;
                }

                var left = check.Timeout - time.GetElapsedTime(begin);
                if (left <= TimeSpan.Zero)
                {
                    return last;
                }

                await Task.Delay(pause < left ? pause : left, time, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return last ?? new HealthAnswer(false, FormattableString.Invariant($"no answer within {check.Timeout.TotalSeconds:0.###} s"));
            }
        }
    }
}
