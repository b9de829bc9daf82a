using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Patching;
using Virt.Protocol;
using Virt.Tests.Common;
using Xunit;

namespace Virt.Tests.Patching;

/// <summary>How the patch of one workload ends.</summary>
public sealed class PatchOutcomeTests
{
    private static readonly HealthAnswer Sick = new(false, "port 80 takes no connection");

    [Fact]
    public async Task A_good_patch_of_a_VM_is_kept_and_its_checkpoint_let_go()
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01");
        using var bench = new PatchBench(target);
        var run = await bench.RunAsync();
        var result = Assert.Single(run.Results);
        Assert.Equal((PatchOutcome.Patched, OperationState.Completed, WorkloadHealth.Healthy), (result.Outcome, run.State, result.Health));
        Assert.Equal(["checkpoint", "apply", "probe", "let go"], target.Done);
        Assert.Equal("Preflight Checkpoint Apply Reboot Health Keep", string.Join(' ', result.Steps.Select(static s => s.Name)));
        Assert.Equal(PatchStepState.Skipped, result.Steps[3].State);
        Assert.Equal((PackageState.Updated, "1", "2"), (result.Packages[0].State, result.Packages[0].FromVersion, result.Packages[0].ToVersion));
        Assert.Equal("2", target.Shell.Installed["good:all"]);
        Assert.NotNull(bench.State.Patches.LastPatched(target.Id));
    }

    [Fact]
    public async Task Each_step_says_when_it_began_and_how_long_it_took()
    {
        var begin = new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero);
        var time = new ManualTime(begin);
        var seconds = new Dictionary<string, int> { ["checkpoint"] = 2, ["apply"] = 30, ["reboot"] = 9, ["probe"] = 1, ["let go"] = 3 };
        var target = new FakeTarget(WorkloadKind.VM, "web01")
        {
            At = (step, _) =>
            {
                time.Advance(TimeSpan.FromSeconds(seconds[step]));
                return Task.CompletedTask;
            },
        };
        using var bench = new PatchBench(time, target);
        var result = (await bench.RunAsync(new PatchOptions { RebootPolicy = RebootPolicy.Always })).Results[0];
        Assert.Equal(
            "Preflight 0+0, Checkpoint 0+2, Apply 2+30, Reboot 32+9, Health 41+1, Keep 42+3",
            string.Join(", ", result.Steps.Select(step => FormattableString.Invariant($"{step.Name} {(step.StartTime - begin).TotalSeconds}+{step.Duration.TotalSeconds}"))));
        Assert.Equal((begin, TimeSpan.FromSeconds(45)), (result.StartTime, result.Duration));
    }

    [Fact]
    public async Task A_step_that_fails_says_how_long_it_took_too()
    {
        var time = new ManualTime(new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero));
        var target = new FakeTarget(WorkloadKind.Container, "api")
        {
            At = (step, _) =>
            {
                time.Advance(TimeSpan.FromSeconds(4));
                return step == "apply" ? throw new VirtException(ErrorCode.Unavailable, "X", "Cannot apply.") : Task.CompletedTask;
            },
        };
        using var bench = new PatchBench(time, target);
        var result = (await bench.RunAsync()).Results[0];
        Assert.Equal(
            [("Preflight", 0), ("Checkpoint", 4), ("Apply", 4), ("PutBack", 4)],
            result.Steps.Select(static step => (step.Name, (int)step.Duration.TotalSeconds)));
        Assert.Equal(TimeSpan.FromSeconds(12), result.Duration);
    }

    [Fact]
    public async Task A_good_patch_of_a_container_replaces_it()
    {
        var target = new FakeTarget(WorkloadKind.Container, "api");
        using var bench = new PatchBench(target);
        var run = await bench.RunAsync();
        Assert.Equal(PatchOutcome.Patched, run.Results[0].Outcome);
        Assert.Equal(["checkpoint", "apply", "replace", "probe", "let go"], target.Done);
    }

    [Fact]
    public async Task The_lists_of_a_VM_are_fetched_once_for_plan_and_patch()
    {
        using var bench = new PatchBench(new FakeTarget(WorkloadKind.VM, "web01"));
        await bench.RunAsync();
        Assert.Equal(1, bench.Manager.Refreshes);
    }

    [Fact]
    public async Task A_workload_without_waiting_updates_is_not_touched()
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01");
        target.Shell.Installed["good:all"] = "2";
        using var bench = new PatchBench(target);
        var run = await bench.RunAsync();
        Assert.Equal((PatchOutcome.NothingToDo, OperationState.Completed), (run.Results[0].Outcome, run.State));
        Assert.Empty(target.Done);
    }

    [Fact]
    public async Task What_is_unhealthy_after_its_update_is_put_back_and_says_why_and_what_was_lost()
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01");
        target.Health.Clear();
        target.Health.Enqueue(Sick);
        using var bench = new PatchBench(target);
        var run = await bench.RunAsync();
        var result = run.Results[0];
        Assert.Equal((PatchOutcome.PutBack, OperationState.Failed, WorkloadHealth.Unhealthy), (result.Outcome, run.State, result.Health));
        Assert.Equal("put back", target.Done[^1]);
        Assert.Equal(("HealthCheckFailed", ErrorCode.HealthCheckFailed), (result.Error!.Id, result.Error.Code));
        Assert.Contains("port 80 takes no connection", result.Message, StringComparison.Ordinal);
        Assert.Equal("what was written since", result.Lost);
        Assert.Equal(PackageState.PutBack, result.Packages[0].State);
        Assert.Null(bench.State.Patches.LastPatched(target.Id));
    }

    [Fact]
    public async Task Health_is_asked_for_until_it_comes()
    {
        var target = new FakeTarget(WorkloadKind.Container, "api");
        target.Health.Clear();
        target.Health.Enqueue(Sick);
        target.Health.Enqueue(Sick);
        target.Health.Enqueue(new HealthAnswer(true, "answered 200"));
        using var bench = new PatchBench(target);
        var run = await bench.RunAsync();
        Assert.Equal(PatchOutcome.Patched, run.Results[0].Outcome);
        Assert.Equal(3, target.Done.Count(static d => d == "probe"));
        Assert.Equal("answered 200", run.Results[0].Steps.Single(static s => s.Name == "Health").Message);
    }

    [Fact]
    public async Task What_has_ended_for_good_is_not_waited_for()
    {
        var target = new FakeTarget(WorkloadKind.Container, "api");
        target.Health.Clear();
        target.Health.Enqueue(new HealthAnswer(false, "it has ended with code 1", IsFinal: true));
        using var bench = new PatchBench(target);
        var options = PatchBench.Options;
        options.Health.Timeout = TimeSpan.FromHours(1);
        Assert.Equal(PatchOutcome.PutBack, (await bench.RunAsync(options)).Results[0].Outcome);
        Assert.Single(target.Done, static d => d == "probe");
    }

    [Fact]
    public async Task A_stopped_container_is_replaced_and_its_health_left_out()
    {
        var target = new FakeTarget(WorkloadKind.Container, "api");
        target.Health.Clear();
        target.Health.Enqueue(null);
        using var bench = new PatchBench(target);
        var result = (await bench.RunAsync()).Results[0];
        Assert.Equal((PatchOutcome.Patched, WorkloadHealth.None), (result.Outcome, result.Health));
        Assert.Equal(PatchStepState.Skipped, result.Steps.Single(static s => s.Name == "Health").State);
    }

    [Theory]
    [InlineData("PackageFailed", ErrorCode.Unavailable)]
    [InlineData("PatchDiskFull", ErrorCode.ResourceExhausted)]
    public async Task A_package_that_fails_is_named_with_the_reason_and_the_end_of_the_output(string id, ErrorCode code)
    {
        var target = new FakeTarget(WorkloadKind.Container, "api");
        using var bench = new PatchBench(target);
        bench.Manager.Failure = new PackageException(code, id, "package 'good': its script failed", new Dictionary<string, string> { ["good"] = "its script failed" }, "one\ntwo\n");
        var result = (await bench.RunAsync()).Results[0];
        Assert.Equal((PatchOutcome.PutBack, id, code), (result.Outcome, result.Error!.Id, result.Error.Code));
        Assert.Equal("Cannot patch container 'api': package 'good': its script failed.", result.Message);
        Assert.Equal((PackageState.Failed, "its script failed"), (result.Packages[0].State, result.Packages[0].Message));
        Assert.Equal("one\ntwo", result.Output);
        Assert.Equal(["checkpoint", "apply", "put back"], target.Done);
    }

    [Theory]
    [InlineData(RebootPolicy.IfRequired, true, true)]
    [InlineData(RebootPolicy.IfRequired, false, false)]
    [InlineData(RebootPolicy.Never, true, false)]
    [InlineData(RebootPolicy.Always, false, true)]
    public async Task A_guest_is_rebooted_as_the_policy_says(RebootPolicy policy, bool isRequired, bool isRebooted)
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01");
        target.Shell.IsRebootRequired = isRequired;
        using var bench = new PatchBench(target);
        var result = (await bench.RunAsync(PatchBench.Options with { RebootPolicy = policy })).Results[0];
        Assert.Equal((isRebooted, isRequired && !isRebooted), (result.Rebooted, result.RebootRequired));
        Assert.Equal(isRebooted, target.Done.Contains("reboot"));
    }

    [Fact]
    public async Task A_container_is_not_rebooted_and_keeps_no_wish_for_it()
    {
        var target = new FakeTarget(WorkloadKind.Container, "api");
        target.Shell.IsRebootRequired = true;
        using var bench = new PatchBench(target);
        var result = (await bench.RunAsync(PatchBench.Options with { RebootPolicy = RebootPolicy.Always })).Results[0];
        Assert.Equal((PatchOutcome.Patched, false, false), (result.Outcome, result.Rebooted, result.RebootRequired));
        Assert.False(target.Shell.IsRebootRequired);
    }

    [Theory]
    [InlineData(PatchFailureAction.Stop)]
    [InlineData(PatchFailureAction.Continue)]
    public async Task Who_wants_failures_left_as_they_are_gets_the_workload_with_its_checkpoint(PatchFailureAction action)
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01");
        target.Health.Clear();
        target.Health.Enqueue(Sick);
        using var bench = new PatchBench(target);
        var result = (await bench.RunAsync(PatchBench.Options with { OnFailure = action })).Results[0];
        Assert.Equal((PatchOutcome.Failed, "checkpoint 'c'", "HealthCheckFailed"), (result.Outcome, result.Kept, result.Error!.Id));
        Assert.Equal("keep", target.Done[^1]);
        Assert.Equal(PackageState.Updated, result.Packages[0].State);
    }

    [Fact]
    public async Task What_cannot_be_put_back_has_failed_and_says_both_reasons()
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01")
        {
            At = static (step, _) => step is "apply" or "put back" ? throw new VirtException(ErrorCode.Unavailable, "X", $"Cannot {step}.") : Task.CompletedTask,
        };
        using var bench = new PatchBench(target);
        var result = (await bench.RunAsync()).Results[0];
        Assert.Equal((PatchOutcome.Failed, "Cannot apply. Cannot put back."), (result.Outcome, result.Message));
    }

    [Fact]
    public async Task A_problem_keeps_only_its_own_workload_from_being_begun()
    {
        var stopped = new FakeTarget(WorkloadKind.VM, "web01") { Problem = new PlanProblem { Id = "VMNotRunning", Message = "It is Stopped; Running is required.", FixCommand = "Start-VM -Name web01", IsBlocking = true } };
        var good = new FakeTarget(WorkloadKind.VM, "web02");
        using var bench = new PatchBench(stopped, good);
        var run = await bench.RunAsync();
        Assert.Equal([PatchOutcome.Skipped, PatchOutcome.Patched], run.Results.Select(static r => r.Outcome));
        Assert.Equal(("VMNotRunning", "Start-VM -Name web01"), (run.Results[0].Error!.Id, run.Results[0].Error!.RecommendedAction));
        Assert.Equal(OperationState.Completed, run.State);
        Assert.Empty(stopped.Done);
    }
}
