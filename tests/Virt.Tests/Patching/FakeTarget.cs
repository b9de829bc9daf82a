using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Patching;

namespace Virt.Tests.Patching;

/// <summary>A workload that remembers what was done with it, and does what a test wants.</summary>
internal sealed class FakeTarget(WorkloadKind kind, string name) : IPatchTarget
{
    public WorkloadKind Kind => kind;

    public Guid Id { get; } = Guid.NewGuid();

    public string Name => name;

    public bool IsAskedInPlace => kind == WorkloadKind.VM;

    /// <summary>Each step that was asked of it.</summary>
    public List<string> Done { get; } = [];

    public string Digest { get; set; } = "sha256:1";

    public PlanProblem? Problem { get; set; }

    /// <summary>What the health check says, one after the other; the last for ever.</summary>
    public Queue<HealthAnswer?> Health { get; } = new([new HealthAnswer(true, "it answers")]);

    /// <summary>Called at each step, before it acts.</summary>
    public Func<string, CancellationToken, Task> At { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>Its shell; what the fake package manager does goes through it.</summary>
    public FakeShell Shell { get; } = new();

    public Task<TargetLook> LookAsync(CancellationToken cancellation) => Task.FromResult(new TargetLook("debian", kind == WorkloadKind.Container ? Digest : "", Problem is null ? [] : [Problem]));

    public Task<T> AskAsync<T>(Func<IShell, CancellationToken, Task<T>> questions, CancellationToken cancellation) => questions(Shell, cancellation);

    public async Task<string> CheckpointAsync(TargetWork work, CancellationToken cancellation)
    {
        await StepAsync("checkpoint", cancellation);
        work.Data.Checkpoint = "c";
        return "made";
    }

    public async Task ApplyAsync(TargetWork work, Func<IShell, CancellationToken, Task> update, CancellationToken cancellation)
    {
        await StepAsync("apply", cancellation);
        await update(Shell, cancellation);
    }

    public async Task<string?> ReplaceAsync(TargetWork work, CancellationToken cancellation)
    {
        await StepAsync("replace", cancellation);
        work.Data.IsReplaced = true;
        return "replaced";
    }

    public async Task<string> RebootAsync(TargetWork work, CancellationToken cancellation)
    {
        await StepAsync("reboot", cancellation);
        return "rebooted";
    }

    public async Task<HealthAnswer?> ProbeAsync(TargetWork work, HealthCheck check, CancellationToken cancellation)
    {
        await StepAsync("probe", cancellation);
        return Health.Count > 1 ? Health.Dequeue() : Health.Peek();
    }

    public async Task<string> KeepAsync(TargetWork work, bool keep)
    {
        await StepAsync(keep ? "keep" : "let go", CancellationToken.None);
        work.Result.Kept = keep ? "checkpoint 'c'" : "";
        return "";
    }

    public async Task<string> PutBackAsync(TargetWork work)
    {
        await StepAsync("put back", CancellationToken.None);
        work.Result.Lost = "what was written since";
        return "back";
    }

    private async Task StepAsync(string step, CancellationToken cancellation)
    {
        Done.Add(step);
        await At(step, cancellation);
    }
}
