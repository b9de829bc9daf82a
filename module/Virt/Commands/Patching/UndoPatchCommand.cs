using System;
using System.Collections.Generic;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Takes back the last patch of VMs and containers.</summary>
/// <remarks>
/// Puts workloads back to what was kept: a VM to its checkpoint, which is there after Invoke-Patch -KeepCheckpoint, a container to the one that was replaced, which is
/// there until its next patch. What a workload has written meanwhile outside of mounted folders is lost, and the result says what that was; so it asks first.
/// </remarks>
/// <example>
/// <code>Get-Container none* | Undo-Patch -Force</code>
/// <para>Takes back the last patch of the containers that come through the pipeline, without a question.</para>
/// </example>
[Cmdlet(VerbsCommon.Undo, "Patch", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(PatchResult))]
public sealed class UndoPatchCommand : WorkloadCommand
{
    private readonly PatchRuns runs = new();

    /// <summary>Only what this run has done, as in the RunId of its results; without workloads: all that it has kept. Without it: the last run that has kept something.</summary>
    [Parameter]
    public Guid RunId { get; set; }

    /// <summary>Do not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Go on as a job, over an operation that Get-VirtOperation shows in every session. Stop-Job cancels it on the host at a safe point.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private protected override bool IsForced => Force;

    // A run says by itself which workloads are meant.
    private protected override bool NeedsTarget => RunId == Guid.Empty;

    private protected override void Run(IReadOnlyDictionary<string, WorkloadTargets> targets)
    {
        base.Run(targets);
        Array.ForEach(runs.Errors, WriteError);
    }

    private protected override void Act(HostCalls host, WorkloadTargets targets) => runs.Guard(host.ComputerName, () => Undo(host, targets), Cancellation);

    private void Undo(HostCalls host, WorkloadTargets targets)
    {
        var request = new UndoPatch { Targets = targets.ToRequest(), RunId = RunId };
        var name = RunId == Guid.Empty ? targets.ToString() : $"{targets} of run {RunId}";
        var target = new Target(Guid.Empty, name, name);
        if (!MayChange(host, target, () => host.Invoke(Methods.UndoPatch, request, CheckOnly)))
        {
            return;
        }

        if (AsJob)
        {
            var operation = host.Detach(Methods.UndoPatch, request);
            StartJob(host, target, operation, calls => PatchRunOutput.From(VirtJob.Follow(calls, Methods.UndoPatch, operation), targets));
            return;
        }

        var output = PatchRunOutput.From(host.Invoke(Methods.UndoPatch, request), targets);
        Array.ForEach(output.Items, Emit);
        runs.Add(output.Errors);
    }
}
