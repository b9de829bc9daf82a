using System;

namespace Virt.Agent.Common;

/// <summary>How long whoever does things at their times waits for the next one: pure.</summary>
internal static class DueWait
{
    // A timer may fire a little early, and finds nothing due then.
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(1);

    /// <summary>The time to wait.</summary>
    /// <param name="next">
    /// The first time after the last look, which may have come since; null: there is none. Counted from the look and not from now: what came due between the two would be nobody's.
    /// </param>
    /// <param name="now">The time.</param>
    /// <param name="longest">The most to wait: a clock that is set shows at the next look.</param>
    public static TimeSpan Until(DateTimeOffset? next, DateTimeOffset now, TimeSpan longest) =>
        next is not { } at || at - now > longest ? longest : at <= now ? TimeSpan.Zero : at - now + Late;
}
