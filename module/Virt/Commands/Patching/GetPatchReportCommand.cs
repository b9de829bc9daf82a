using System;
using System.Collections.Generic;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Reports;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gets a report of what patch runs have done, for who has to answer for it.</summary>
/// <remarks>
/// Sums up the history of all hosts asked, for each workload: when it was last patched, how its last run ended, which packages were updated, which still wait
/// as far as its runs have seen, and for how many days an update waited after a run had first seen it. As objects, as one HTML page that needs nothing else,
/// or as JSON.
/// </remarks>
/// <example>
/// <code>Get-PatchReport | Where-Object DaysExposed -gt 14</code>
/// <para>Shows the workloads for which an update waited longer than two weeks.</para>
/// </example>
/// <example>
/// <code>$page = Get-PatchReport -Since (Get-Date).AddDays(-90) -Format Html</code>
/// <para>Makes a page about the last quarter. Set-Content report.html $page keeps it.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "PatchReport")]
[OutputType(typeof(PatchReport), typeof(string))]
public sealed class GetPatchReportCommand : WorkloadCommand
{
    private const int AllRuns = 10000;
    private readonly List<PatchRun> runs = [];

    /// <summary>What to make: objects, one HTML page, or one JSON text.</summary>
    [Parameter]
    [PSDefaultValue(Value = ReportFormat.Object)]
    public ReportFormat Format { get; set; }

    /// <summary>Only runs that began later; 30d, 12h or a TimeSpan: later than so long ago.</summary>
    [Parameter]
    [Moment]
    public DateTimeOffset? Since { get; set; }

    /// <summary>The heading of the HTML page.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Title { get; set; } = "Patch report";

    private protected override bool NeedsTarget => false;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        var now = DateTimeOffset.UtcNow;
        var workloads = ReportBuilder.Build(runs, now);
        switch (Format)
        {
            case ReportFormat.Html:
                WriteObject(ReportHtml.Write(workloads, now, Since, Title));
                break;
            case ReportFormat.Json:
                WriteObject(ReportJson.Write(workloads, now, Since));
                break;
            default:
                WriteObject(workloads, enumerateCollection: true);
                break;
        }
    }

    private protected override void Act(HostCalls host, WorkloadTargets targets)
    {
        var request = targets.ToRequest();
        var found = host.Invoke(Methods.GetPatchHistory, new GetPatchHistory { Targets = request, Since = Since, Last = AllRuns });
        lock (runs)
        {
            runs.AddRange(found.Items);
        }

        Report(found.Errors);
    }
}
