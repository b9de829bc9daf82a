using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Patching;
using Virt.Protocol;
using Virt.Tests.Rpc;
using Xunit;

namespace Virt.Tests.Patching;

/// <summary>Many workloads in one run: batches, failures, cancellation, plans.</summary>
public sealed class PatchRunTests
{
    [Fact]
    public async Task No_more_workloads_are_worked_on_at_once_than_the_batch_has()
    {
        var (now, most) = (0, 0);
        var targets = Enumerable.Range(0, 6).Select(i => new FakeTarget(WorkloadKind.Container, $"c{i}")
        {
            At = async (step, _) =>
            {
                if (step == "checkpoint")
                {
                    most = Math.Max(most, Interlocked.Increment(ref now));
                    await Task.Yield();
                }
                else if (step == "let go")
                {
                    Interlocked.Decrement(ref now);
                }
            },
        }).ToArray();
        using var bench = new PatchBench(targets);
        var run = await bench.RunAsync(PatchBench.Options with { BatchSize = "34%" });
        Assert.All(run.Results, static r => Assert.Equal(PatchOutcome.Patched, r.Outcome));
        Assert.InRange(most, 1, 2);
    }

    [Theory]
    [InlineData(PatchFailureAction.Rollback, 0, 1)]
    [InlineData(PatchFailureAction.Rollback, 1, 2)]
    [InlineData(PatchFailureAction.Stop, 5, 1)]
    [InlineData(PatchFailureAction.Continue, 0, 4)]
    [InlineData(PatchFailureAction.Continue, 1, 2)]
    public async Task After_too_many_failures_no_further_workload_is_begun(PatchFailureAction action, int maxFailed, int begun)
    {
        var targets = Enumerable.Range(0, 4).Select(static i => Sick($"c{i}")).ToArray();
        using var bench = new PatchBench(targets);
        var run = await bench.RunAsync(PatchBench.Options with { OnFailure = action, MaxFailed = maxFailed });
        Assert.Equal(begun, targets.Count(static t => t.Done.Count > 0));
        Assert.Equal(4 - begun, run.Results.Count(static r => r.Outcome == PatchOutcome.Skipped));
        Assert.Equal(OperationState.Failed, run.State);
        Assert.Equal(begun < 4, run.Message.Length > 0);
    }

    [Fact]
    public async Task After_the_windows_end_no_workload_is_begun()
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01");
        using var bench = new PatchBench(target);
        var request = PatchBench.Request();
        request.BeginUntil = DateTimeOffset.UtcNow.AddSeconds(-1);
        var run = await bench.Service.InvokeAsync(request, PatchBench.Call());
        Assert.Equal(PatchOutcome.Skipped, run.Results[0].Outcome);
        Assert.Contains("the window ended", run.Results[0].Message, StringComparison.Ordinal);
        Assert.Empty(target.Done);
    }

    [Fact]
    public async Task A_cancelled_run_puts_back_what_is_not_yet_at_its_health_check_begins_no_other_and_ends_cancelled_with_all_results()
    {
        using var cancel = new CancellationTokenSource();
        var first = new FakeTarget(WorkloadKind.VM, "web01")
        {
            At = async (step, token) =>
            {
                if (step == "apply")
                {
                    await cancel.CancelAsync();
                    await Task.Delay(Timeout.Infinite, token);
                }
            },
        };
        var second = new FakeTarget(WorkloadKind.VM, "web02");
        using var bench = new PatchBench(first, second);
        var error = await Assert.ThrowsAsync<VirtException>(() => bench.RunAsync(cancellation: cancel.Token));
        Assert.Equal((ErrorCode.Cancelled, "PatchCancelled"), (error.Code, error.Id));
        var run = bench.Last();
        Assert.Equal(OperationState.Cancelled, run.State);
        Assert.Equal([PatchOutcome.PutBack, PatchOutcome.Skipped], run.Results.Select(static r => r.Outcome));
        Assert.Equal(["checkpoint", "apply", "put back"], first.Done);
        Assert.Empty(second.Done);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_at_its_health_check_keeps_what_is_healthy()
    {
        using var cancel = new CancellationTokenSource();
        var target = new FakeTarget(WorkloadKind.Container, "api") { At = async (step, _) => await (step == "probe" ? cancel.CancelAsync() : Task.CompletedTask) };
        using var bench = new PatchBench(target);
        var run = await bench.RunAsync(cancellation: cancel.Token);
        Assert.Equal((PatchOutcome.Patched, OperationState.Completed), (run.Results[0].Outcome, run.State));
    }

    [Fact]
    public async Task Two_runs_never_work_on_one_workload()
    {
        var go = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        var target = new FakeTarget(WorkloadKind.VM, "web01")
        {
            At = async (step, _) =>
            {
                if (step == "checkpoint")
                {
                    reached.TrySetResult();
                    await go.Task;
                }
            },
        };
        using var bench = new PatchBench(target);
        var first = bench.Start();
        await Deadline.Await(reached.Task, "the first run's checkpoint");
        var second = await bench.RunAsync();
        Assert.Equal((PatchOutcome.Skipped, "PatchUnderWay"), (second.Results[0].Outcome, second.Results[0].Error!.Id));
        Assert.Contains(first.Id.ToString(), second.Results[0].Message, StringComparison.Ordinal);
        go.SetResult();
        Assert.Null((await Deadline.Await(first.Ended, "the first run's end")).Error);
        target.Shell.Installed["good:all"] = "1";
        Assert.Equal(PatchOutcome.Patched, (await bench.RunAsync()).Results[0].Outcome);
    }

    [Fact]
    public async Task A_plan_is_applied_exactly()
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01");
        using var bench = new PatchBench(target);
        bench.Manager.Archive["other:all"] = "5";
        var plan = (await bench.Service.PlanAsync(new NewPatchPlan { Filter = new PatchFilter { Include = ["good"] } }, PatchBench.Call())).Plan;
        Assert.Equal("good", Assert.Single(plan.Targets[0].Packages).Name);
        var run = await bench.Service.InvokeAsync(new InvokePatch { Plan = plan, Options = PatchBench.Options }, PatchBench.Call());
        Assert.Equal((PatchOutcome.Patched, plan.Hash), (run.Results[0].Outcome, run.PlanHash));
        Assert.False(target.Shell.Installed.ContainsKey("other:all"));
    }

    [Theory]
    [InlineData(WorkloadKind.VM)]
    [InlineData(WorkloadKind.Container)]
    public async Task A_plan_that_is_out_of_date_is_refused_before_anything_is_changed(WorkloadKind kind)
    {
        var target = new FakeTarget(kind, "web01");
        var other = new FakeTarget(kind, "web02");
        using var bench = new PatchBench(other, target);
        var plan = (await bench.Service.PlanAsync(new NewPatchPlan(), PatchBench.Call())).Plan;
        target.Shell.Installed["good:all"] = "1.5";
        target.Digest = "sha256:2";
        var error = await Assert.ThrowsAsync<VirtException>(() => bench.Service.InvokeAsync(new InvokePatch { Plan = plan, Options = PatchBench.Options }, PatchBench.Call()));
        Assert.Equal((ErrorCode.PlanOutOfDate, $"New-PatchPlan {(kind == WorkloadKind.VM ? "-VM" : "-Container")} web01"), (error.Code, error.RecommendedAction));
        Assert.Contains(kind == WorkloadKind.VM ? "good is 1.5, the plan has 1" : "its image is sha256:2, the plan has sha256:1", error.Message, StringComparison.Ordinal);
        Assert.Empty(other.Done);
        Assert.Empty(bench.State.Patches.LoadRuns());
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_an_error_beside_the_others()
    {
        using var bench = new PatchBench(new FakeTarget(WorkloadKind.VM, "web01"));
        var run = await bench.Service.InvokeAsync(new InvokePatch { Targets = new PatchTargets { VMNames = ["web01", "wbe02"] }, Options = PatchBench.Options }, PatchBench.Call());
        Assert.Equal(PatchOutcome.Patched, Assert.Single(run.Results).Outcome);
        Assert.Equal("wbe02", Assert.Single(run.Errors).Target);
    }

    [Fact]
    public async Task What_would_be_done_is_only_shown_where_that_is_asked()
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01");
        using var bench = new PatchBench(target);
        var run = await bench.Service.InvokeAsync(PatchBench.Request(), new Agent.Common.Call(Agent.Common.NoSink.Instance, "anna", whatIf: true, default));
        Assert.Equal("good 1 -> 2", run.Results[0].Packages[0].ToString());
        Assert.Empty(target.Done);
        Assert.Empty(bench.State.Patches.LoadRuns());
    }

    [Fact]
    public async Task Status_tells_what_waits_and_why_it_cannot_be_told()
    {
        var stopped = new FakeTarget(WorkloadKind.VM, "web02") { Problem = new PlanProblem { Id = "VMNotRunning", Message = "It is Stopped; Running is required.", IsBlocking = true } };
        using var bench = new PatchBench(new FakeTarget(WorkloadKind.VM, "web01"), stopped);
        var list = await bench.Service.StatusAsync(new GetPatchStatus(), PatchBench.Call());
        Assert.Equal((1, "fake", ""), (list.Items[0].PendingCount, list.Items[0].PackageManager, list.Items[0].Problem));
        Assert.Equal((0, "It is Stopped; Running is required."), (list.Items[1].PendingCount, list.Items[1].Problem));
    }

    private static FakeTarget Sick(string name)
    {
        var target = new FakeTarget(WorkloadKind.Container, name);
        target.Health.Clear();
        target.Health.Enqueue(new HealthAnswer(false, "it has ended", IsFinal: true));
        return target;
    }
}
