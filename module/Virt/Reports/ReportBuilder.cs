using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Reports;

/// <summary>Sums patch runs up into one report for each workload.</summary>
internal static class ReportBuilder
{
    /// <summary>Makes the reports, by host and name.</summary>
    /// <param name="runs">The runs of all hosts, in any order.</param>
    /// <param name="now">Until when an update that still waits has waited.</param>
    public static PatchReport[] Build(IEnumerable<PatchRun> runs, DateTimeOffset now) =>
        [.. runs.SelectMany(run => run.Results).Where(result => result.Outcome != PatchOutcome.Skipped || result.Packages.Length > 0)
            .GroupBy(result => (result.ComputerName, result.Kind, result.Id))
            .Select(group => One([.. group.OrderBy(result => result.StartTime)], now))
            .OrderBy(report => report.ComputerName, StringComparer.OrdinalIgnoreCase).ThenBy(report => report.Name, StringComparer.OrdinalIgnoreCase)];

    private static PatchReport One(PatchResult[] results, DateTimeOffset now)
    {
        var last = results[results.Length - 1];
        var packages = results.SelectMany(result => result.Packages.Select(package => (Result: result, Package: package)))
            .GroupBy(seen => (seen.Package.Name, seen.Package.Architecture, seen.Package.ToVersion))
            .Select(group => Package([.. group]))
            .ToArray();
        var overtaken = new HashSet<PatchReportPackage>(packages.Where(package => package.UpdateTime is null && IsOvertaken(package, packages)));
        var listed = packages.Where(package => !overtaken.Contains(package)).OrderByDescending(package => package.UpdateTime ?? DateTimeOffset.MaxValue).ThenBy(package => package.Name, StringComparer.Ordinal).ToArray();

        // An update that was seen and installed in the same run waited for nobody knows how long.
        var waits = listed.Where(package => package.UpdateTime != package.FirstSeenTime).Select(package => ((package.UpdateTime ?? now) - package.FirstSeenTime).TotalDays).ToArray();
        return new PatchReport
        {
            Name = last.Name,
            Kind = last.Kind,
            Id = last.Id,
            ComputerName = last.ComputerName,
            LastPatchTime = LastKept(results),
            LastRunTime = last.StartTime,
            LastOutcome = last.Outcome,
            LastMessage = last.Message,
            RunCount = results.Length,
            FailedRunCount = results.Count(result => result.Outcome is PatchOutcome.Failed or PatchOutcome.PutBack),
            UpdatedCount = listed.Count(package => package.UpdateTime is not null),
            SecurityCount = listed.Count(package => package.UpdateTime is not null && package.IsSecurity),
            Packages = listed,
            DaysExposed = waits.Length == 0 ? null : waits.Max(),
            RebootRequired = last.RebootRequired,
        };
    }

    // A patch that was undone later is none that was kept.
    private static DateTimeOffset? LastKept(PatchResult[] results)
    {
        var kept = new Stack<DateTimeOffset>();
        foreach (var result in results)
        {
            if (result.Outcome == PatchOutcome.Patched)
            {
                kept.Push(result.StartTime);
            }
            else if (result.Outcome == PatchOutcome.Undone && kept.Count > 0)
            {
                kept.Pop();
            }
        }

        return kept.Count > 0 ? kept.Peek() : null;
    }

    private static PatchReportPackage Package((PatchResult Result, PatchPackage Package)[] seen)
    {
        var last = seen[seen.Length - 1];
        var isKept = last.Package.State == PackageState.Updated && last.Result.Outcome != PatchOutcome.Undone;
        return new PatchReportPackage
        {
            Name = last.Package.Name,
            FromVersion = seen[0].Package.FromVersion,
            ToVersion = last.Package.ToVersion,
            IsSecurity = seen.Any(each => each.Package.IsSecurity),
            State = last.Package.State,
            FirstSeenTime = seen[0].Result.StartTime,
            UpdateTime = isKept ? last.Result.StartTime : null,
        };
    }

    // A later version of the same package was installed, so this one waits no more.
    private static bool IsOvertaken(PatchReportPackage package, PatchReportPackage[] all) =>
        all.Any(other => other.Name == package.Name && other.UpdateTime > package.FirstSeenTime);
}
