using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Virt.Session;

/// <summary>The words of table cells about patches and schedules; Virt.Format.ps1xml calls it.</summary>
public static class PatchText
{
    /// <summary>An instant in this machine's time; nothing where there is none.</summary>
    public static string Instant(DateTimeOffset? instant) => instant?.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "";

    /// <summary>How long a step took, with the precision that is wanted of it.</summary>
    public static string Elapsed(TimeSpan time) => time.TotalHours >= 1 ? time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)
        : time.TotalMinutes >= 1 ? time.ToString(@"m\:ss", CultureInfo.InvariantCulture)
        : time.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture);

    /// <summary>A window as a user writes it, such as 4h or 1h30m.</summary>
    public static string Window(TimeSpan time)
    {
        (int Count, char Unit)[] parts = [(time.Days, 'd'), (time.Hours, 'h'), (time.Minutes, 'm'), (time.Seconds, 's')];
        var text = string.Concat(parts.Where(part => part.Count != 0).Select(part => $"{part.Count}{part.Unit}"));
        return text.Length == 0 ? "0s" : text;
    }

    /// <summary>What has become of packages, such as <c>3 updated, 1 failed</c>.</summary>
    public static string Packages(PatchPackage[] packages) =>
        string.Join(", ", packages.GroupBy(package => package.State).OrderByDescending(group => group.Key == PackageState.Updated)
            .Select(group => $"{group.Count()} {(group.Key == PackageState.PutBack ? "put back" : Lower(group.Key))}"));

    /// <summary>How many packages, and how many of them from a security archive.</summary>
    public static string Counted(int packages, int security) => security == 0 ? $"{packages}" : $"{packages} ({security} security)";

    /// <summary>How many of the packages come from a security archive.</summary>
    public static int SecurityCount(PatchPackage[] packages) => packages.Count(package => package.IsSecurity);

    /// <summary>The workloads of a plan.</summary>
    public static string Names(PatchPlanTarget[] targets) => string.Join(", ", targets.Select(target => target.Name));

    /// <summary>The packages of a plan.</summary>
    public static string PlannedPackages(PatchPlan plan) => Counted(plan.Targets.Sum(target => target.Packages.Length), plan.Targets.Sum(target => SecurityCount(target.Packages)));

    /// <summary>What stands in a plan's way.</summary>
    public static string Problems(PatchPlan plan) => Sum(plan.Targets.SelectMany(target => target.Problems).Select(problem => problem.IsBlocking ? "blocking" : "warning"));

    /// <summary>What a run has done, such as <c>3 patched, 1 put back</c>.</summary>
    public static string Outcomes(PatchRun run) => run.Results.Length == 0 ? run.Message : Sum(run.Results.Select(result => Outcome(result.Outcome)));

    /// <summary>How a schedule's last run went.</summary>
    public static string LastRun(PatchSchedule schedule) =>
        string.Join(" ", new[] { Instant(schedule.LastRunTime), schedule.LastMessage }.Where(text => text.Length > 0));

    /// <summary>An outcome as words.</summary>
    internal static string Outcome(PatchOutcome outcome) => outcome switch
    {
        PatchOutcome.NothingToDo => "nothing to do",
        PatchOutcome.PutBack => "put back",
        _ => Lower(outcome),
    };

    private static string Lower(Enum value) => value.ToString().ToLowerInvariant();

    private static string Sum(IEnumerable<string> words) => string.Join(", ", words.GroupBy(word => word, StringComparer.Ordinal).Select(group => $"{group.Count()} {group.Key}"));
}
