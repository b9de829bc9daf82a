using System.Linq;

namespace Virt.Reports;

/// <summary>The sums over all workloads of a report.</summary>
internal sealed record ReportTotals
{
    public int Workloads { get; private init; }

    public int Patched { get; private init; }

    public int Failed { get; private init; }

    public int PackagesUpdated { get; private init; }

    public int SecurityUpdates { get; private init; }

    public int StillWaiting { get; private init; }

    public static ReportTotals Of(PatchReport[] workloads) => new()
    {
        Workloads = workloads.Length,
        Patched = workloads.Count(report => report.LastOutcome is PatchOutcome.Patched or PatchOutcome.NothingToDo),
        Failed = workloads.Count(report => report.LastOutcome is PatchOutcome.Failed or PatchOutcome.PutBack),
        PackagesUpdated = workloads.Sum(report => report.UpdatedCount),
        SecurityUpdates = workloads.Sum(report => report.SecurityCount),
        StillWaiting = workloads.Sum(report => report.Packages.Count(package => package.UpdateTime is null)),
    };
}
