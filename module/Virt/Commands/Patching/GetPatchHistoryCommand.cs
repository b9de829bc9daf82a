using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gets what patch runs have done.</summary>
/// <remarks>
/// Gives the runs of a host, newest first, those that go on too: who or which schedule asked, and in Results what was done with each package of each workload,
/// how long each step took, and what was lost where something was put back.
/// </remarks>
/// <example>
/// <code>Get-PatchHistory -Last 10</code>
/// <para>Shows the last ten runs of this host.</para>
/// </example>
/// <example>
/// <code>Get-PatchHistory -Since (Get-Date).AddDays(-30) | Select-Object -ExpandProperty Results | Where-Object Outcome -eq PutBack</code>
/// <para>Shows which workloads were put back in the last thirty days.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "PatchHistory")]
[OutputType(typeof(PatchRun))]
public sealed class GetPatchHistoryCommand : WorkloadCommand
{
    /// <summary>Only the runs of these ids, as in the RunId of a result.</summary>
    [Parameter]
    [Alias("RunId")]
    public Guid[] Id { get; set; } = [];

    /// <summary>Only runs that began later; 30d, 12h or a TimeSpan: later than so long ago.</summary>
    [Parameter]
    [Moment]
    public DateTimeOffset? Since { get; set; }

    /// <summary>At most so many runs of each host.</summary>
    [Parameter]
    [ValidateRange(1, 10000)]
    public int Last { get; set; } = 100;

    private protected override bool NeedsTarget => false;

    private protected override void Act(HostCalls host, WorkloadTargets targets)
    {
        var found = host.Invoke(Methods.GetPatchHistory, new GetPatchHistory { Targets = targets.ToRequest(), RunIds = Id, Since = Since, Last = Last });
        Array.ForEach(found.Items, Emit);
        Report(found.Errors);
    }
}
