using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Patching.Targets;

/// <summary>A virtual machine that is patched: inside it, by its guest agent; what it can be put back to is a checkpoint of its disk and memory.</summary>
internal sealed partial class VmTarget(VmService vms, Guid id, string name, TimeProvider time) : IPatchTarget
{
    private static readonly TimeSpan AgentTimeout = TimeSpan.FromSeconds(30);

    private readonly GuestShell shell = new(vms, id, name, time);

    /// <inheritdoc/>
    public WorkloadKind Kind => WorkloadKind.VM;

    /// <inheritdoc/>
    public Guid Id => id;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool IsAskedInPlace => true;

    /// <inheritdoc/>
    public async Task<TargetLook> LookAsync(CancellationToken cancellation)
    {
        var machine = await ReadAsync(cancellation).ConfigureAwait(false);
        var problems = new List<PlanProblem>();
        if (machine.State != VMState.Running)
        {
            problems.Add(Problem("VMNotRunning", $"It is {machine.State}; Running is required.", machine.State == VMState.Paused ? $"Start-VM -Name {name}" : $"Start-VM -Name {name} -For GuestAgent"));
        }
        else if (machine.Health == WorkloadHealth.None)
        {
            problems.Add(Problem("NoGuestAgent", "No guest agent listens in it; packages are updated through one.", $"Wait-VM -Name {name} -For GuestAgent"));
        }

        if (machine.CheckpointType == VMCheckpointType.Disabled)
        {
            problems.Add(Problem("CheckpointsDisabled", "Its checkpoints are disabled; it is put back to one where a patch fails.", $"Set-VM -Name {name} -CheckpointType Standard"));
        }

        return new TargetLook(machine.Image, "", problems);
    }

    /// <inheritdoc/>
    public async Task<T> AskAsync<T>(Func<IShell, CancellationToken, Task<T>> questions, CancellationToken cancellation)
    {
        await shell.AwaitAsync(AgentTimeout, cancellation).ConfigureAwait(false);
        return await questions(shell, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ApplyAsync(TargetWork work, Func<IShell, CancellationToken, Task> update, CancellationToken cancellation)
    {
        await shell.AwaitAsync(AgentTimeout, cancellation).ConfigureAwait(false);
        await update(shell, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<string?> ReplaceAsync(TargetWork work, CancellationToken cancellation) => Task.FromResult<string?>(null);

    private PlanProblem Problem(string problem, string message, string fix) => PlanProblem.Blocking(problem, name, message, fix);

    private Call CallOf(CancellationToken cancellation) => new(NoSink.Instance, "", whatIf: false, cancellation);

    private async Task<VM> ReadAsync(CancellationToken cancellation)
    {
        var list = await vms.GetAsync(new GetVM { Ids = [id] }, CallOf(cancellation)).ConfigureAwait(false);
        return list.Items.FirstOrDefault() ?? throw PatchErrors.Gone(Kind, name);
    }
}
