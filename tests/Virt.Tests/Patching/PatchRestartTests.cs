using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Patching;
using Virt.Tests.Rpc;
using Xunit;

namespace Virt.Tests.Patching;

/// <summary>The agent ends in the midst of a step, and another one goes on.</summary>
public sealed class PatchRestartTests
{
    public static TheoryData<WorkloadKind, string, PatchOutcome, string> Steps => new()
    {
        { WorkloadKind.VM, "checkpoint", PatchOutcome.Patched, "checkpoint checkpoint apply reboot probe let go" },
        { WorkloadKind.VM, "apply", PatchOutcome.PutBack, "checkpoint apply put back" },
        { WorkloadKind.VM, "reboot", PatchOutcome.Patched, "checkpoint apply reboot reboot probe let go" },
        { WorkloadKind.VM, "probe", PatchOutcome.Patched, "checkpoint apply reboot probe probe let go" },
        { WorkloadKind.VM, "let go", PatchOutcome.Patched, "checkpoint apply reboot probe let go let go" },
        { WorkloadKind.Container, "checkpoint", PatchOutcome.Patched, "checkpoint checkpoint apply replace probe let go" },
        { WorkloadKind.Container, "apply", PatchOutcome.Patched, "checkpoint apply apply replace probe let go" },
        { WorkloadKind.Container, "replace", PatchOutcome.Patched, "checkpoint apply replace replace probe let go" },
        { WorkloadKind.Container, "probe", PatchOutcome.Patched, "checkpoint apply replace probe probe let go" },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_restarted_agent_goes_on_from_the_step_or_puts_back(WorkloadKind kind, string step, PatchOutcome outcome, string done)
    {
        var target = new FakeTarget(kind, "web01");
        target.Shell.IsRebootRequired = true;
        using var bench = new PatchBench(target);
        await HoldAsync(bench, target, step);
        var run = await bench.RestartAsync();
        Assert.Equal(outcome, run.Results[0].Outcome);
        Assert.Equal(done, string.Join(' ', target.Done));
        Assert.DoesNotContain(run.Results[0].Steps, static s => s.State == PatchStepState.Running);
        Assert.Equal("anna", run.StartedBy);
        Assert.Equal(run.Results[0].Steps.Length, run.Results[0].Steps.Select(static s => s.Name).Distinct().Count());
    }

    [Fact]
    public async Task A_restarted_agent_finishes_putting_back()
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01");
        target.Health.Clear();
        target.Health.Enqueue(new HealthAnswer(false, "it is Stopped", IsFinal: true));
        using var bench = new PatchBench(target);
        await HoldAsync(bench, target, "put back");
        var run = await bench.RestartAsync();
        Assert.Equal((PatchOutcome.PutBack, "HealthCheckFailed"), (run.Results[0].Outcome, run.Results[0].Error!.Id));
        Assert.Equal("put back", target.Done[^1]);
    }

    [Fact]
    public async Task Workloads_that_were_waiting_are_patched_after_the_restart_and_ended_ones_not_again()
    {
        var first = new FakeTarget(WorkloadKind.Container, "c1");
        var second = new FakeTarget(WorkloadKind.Container, "c2");
        var third = new FakeTarget(WorkloadKind.Container, "c3");
        using var bench = new PatchBench(first, second, third);
        await HoldAsync(bench, second, "apply");
        var before = first.Done.Count;
        var run = await bench.RestartAsync();
        Assert.All(run.Results, static r => Assert.Equal(PatchOutcome.Patched, r.Outcome));
        Assert.Equal(before, first.Done.Count);
        Assert.NotEmpty(third.Done);
    }

    [Fact]
    public async Task A_workload_that_is_gone_after_the_restart_is_told_and_does_not_hold_up_the_others()
    {
        var first = new FakeTarget(WorkloadKind.Container, "c1");
        var second = new FakeTarget(WorkloadKind.Container, "c2");
        using var bench = new PatchBench(first, second);
        await HoldAsync(bench, first, "apply");
        bench.Workloads.Targets.Remove(first);
        var run = await bench.RestartAsync();
        Assert.Equal((PatchOutcome.Failed, "ContainerNotFound"), (run.Results[0].Outcome, run.Results[0].Error!.Id));
        Assert.Equal(PatchOutcome.Skipped, run.Results[1].Outcome);
    }

    [Fact]
    public async Task An_interrupted_run_still_has_its_workloads_to_itself()
    {
        var target = new FakeTarget(WorkloadKind.Container, "c1");
        using var bench = new PatchBench(target);
        await HoldAsync(bench, target, "apply");
        var go = new TaskCompletionSource();
        target.At = async (step, _) => await (step == "apply" ? go.Task : Task.CompletedTask);
        var restarted = bench.RestartAsync();
        var second = await bench.RunAsync();
        Assert.Equal("PatchUnderWay", second.Results[0].Error!.Id);
        go.SetResult();
        Assert.Equal(PatchOutcome.Patched, (await restarted).Results[0].Outcome);
    }

    // Ends the first agent, as a crash would, while the target is in the step; the next one meets a target that works.
    private static async Task HoldAsync(PatchBench bench, FakeTarget target, string step)
    {
        var reached = new TaskCompletionSource();
        target.At = async (at, _) =>
        {
            if (at == step)
            {
                reached.TrySetResult();
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
            }
        };
        bench.Start();
        await Deadline.Await(reached.Task, $"the step '{step}'");
        target.At = static (_, _) => Task.CompletedTask;
    }
}
