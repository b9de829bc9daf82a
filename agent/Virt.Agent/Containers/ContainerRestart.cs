using System;
using System.Globalization;

namespace Virt.Agent.Containers;

/// <summary>Whether, when and in which order containers are started again by the agent: pure.</summary>
internal static class ContainerRestart
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>A run that lasted so long has worked: the count begins anew.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    /// <summary>True where a run that has just ended is followed by another.</summary>
    public static bool IsWanted(ContainerSpec spec, ContainerRun run) =>
        !run.IsStopped && !run.HostStopped && (spec.RestartMaximum == 0 || Count(run) < spec.RestartMaximum) && spec.RestartPolicy switch
        {
            RestartPolicy.Always or RestartPolicy.UnlessStopped => true,
            RestartPolicy.OnFailure or RestartPolicy.OnUnhealthy => run.ExitCode != 0,
            _ => false,
        };

    /// <summary>True where one that does not run is started when the agent has started; after the host's start that is every one.</summary>
    public static bool IsWantedAtStart(ContainerSpec spec, ContainerRun? run) => run is not null && spec.RestartPolicy switch
    {
        RestartPolicy.Always => true,
        RestartPolicy.UnlessStopped => !run.IsStopped,
        RestartPolicy.OnFailure or RestartPolicy.OnUnhealthy => !run.IsStopped && (run.HostStopped || run.ExitCode != 0) && (spec.RestartMaximum == 0 || Count(run) < spec.RestartMaximum),
        _ => false,
    };

    /// <summary>How often in a row it was started again, the run that has ended among them.</summary>
    public static int Count(ContainerRun run) => run.ExitTime - run.StartTime >= Settled ? 0 : run.RestartCount;

    /// <summary>That it is to be started again, such as "Restarting in 4 s (3rd time, exit code 1)."</summary>
    /// <param name="run">The run that has ended.</param>
    /// <param name="left">How long until then.</param>
    public static string Words(ContainerRun run, TimeSpan left)
    {
        var when = left <= TimeSpan.Zero ? "now" : string.Create(CultureInfo.InvariantCulture, $"in {Math.Ceiling(left.TotalSeconds):0} s");
        return $"Restarting {when} ({Ordinal(Count(run) + 1)} time{(run.ExitCode is { } code ? $", exit code {code}" : "")}).";
    }

    private static string Ordinal(int number) => number + ((number % 100) is >= 11 and <= 13 ? "th" : (number % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" });

    /// <summary>How long to wait before the next start: 0.1 s, and twice as long each time, up to a minute.</summary>
    /// <param name="count">How often in a row it was started again already.</param>
    public static TimeSpan Delay(int count) => count >= 10 ? Longest : TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << count));
}
