using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Patching;

/// <summary>Undo-Patch and Get-PatchHistory.</summary>
public sealed class PatchUndoTests
{
    [Fact]
    public async Task A_kept_patch_is_taken_back_once()
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01");
        using var bench = new PatchBench(target);
        Assert.Equal("checkpoint 'c'", (await bench.RunAsync(PatchBench.Options with { KeepCheckpoint = true })).Results[0].Kept);
        var undo = await bench.Service.UndoAsync(new UndoPatch { Targets = new PatchTargets { VMNames = ["web01"] } }, PatchBench.Call());
        var result = Assert.Single(undo.Results);
        Assert.Equal((PatchOutcome.Undone, "what was written since", ""), (result.Outcome, result.Lost, result.Kept));
        Assert.Equal(PackageState.PutBack, result.Packages[0].State);
        Assert.Equal("put back", target.Done[^1]);
        Assert.Null(bench.State.Patches.LastPatched(target.Id));
        var again = await bench.Service.UndoAsync(new UndoPatch { Targets = new PatchTargets { VMNames = ["web01"] } }, PatchBench.Call());
        Assert.Equal("NoPatchKept", Assert.Single(again.Errors).Id);
        Assert.Empty(again.Results);
    }

    [Fact]
    public async Task What_would_be_taken_back_is_told_and_nothing_is_written()
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01");
        using var bench = new PatchBench(target);
        await bench.RunAsync(PatchBench.Options with { KeepCheckpoint = true });
        var (done, runs, operations) = (target.Done.Count, bench.State.Patches.LoadRuns().Count, bench.State.Operations.Load().Count);
        var request = new UndoPatch { Targets = new PatchTargets { VMNames = ["web01"] } };
        var told = await bench.Service.UndoAsync(request, new Call(NoSink.Instance, "anna", whatIf: true, CancellationToken.None));
        Assert.Equal("web01", Assert.Single(told.Results).Name);
        Assert.Equal((done, runs, operations), (target.Done.Count, bench.State.Patches.LoadRuns().Count, bench.State.Operations.Load().Count));
        Assert.Equal("checkpoint 'c'", bench.Last().Results[0].Kept);
        Assert.Equal(PatchOutcome.Undone, (await bench.Service.UndoAsync(request, PatchBench.Call())).Results[0].Outcome);
    }

    [Fact]
    public async Task An_undo_that_fails_can_be_tried_again()
    {
        var target = new FakeTarget(WorkloadKind.Container, "api");
        using var bench = new PatchBench(target);
        await bench.RunAsync(PatchBench.Options with { KeepCheckpoint = true });
        target.At = static (_, _) => throw new VirtException(ErrorCode.Unavailable, "X", "Cannot.");
        var request = new UndoPatch { Targets = new PatchTargets { ContainerNames = ["api"] } };
        Assert.Equal(PatchOutcome.Failed, (await bench.Service.UndoAsync(request, PatchBench.Call())).Results[0].Outcome);
        target.At = static (_, _) => Task.CompletedTask;
        Assert.Equal(PatchOutcome.Undone, (await bench.Service.UndoAsync(request, PatchBench.Call())).Results[0].Outcome);
    }

    [Fact]
    public async Task Of_a_container_only_the_last_patch_can_be_taken_back()
    {
        var target = new FakeTarget(WorkloadKind.Container, "api");
        using var bench = new PatchBench(target);
        var first = await bench.RunAsync(PatchBench.Options with { KeepCheckpoint = true });
        target.Shell.Installed["good:all"] = "1";
        var second = await bench.RunAsync(PatchBench.Options with { KeepCheckpoint = true });
        Assert.Equal(second.Id, Assert.Single(bench.State.Patches.LoadKept(target.Id)).RunId);
        Assert.Equal("", (await bench.Service.HistoryAsync(new GetPatchHistory { RunIds = [first.Id] }, PatchBench.Call())).Items[0].Results[0].Kept);
    }

    [Fact]
    public async Task Where_nothing_was_kept_nothing_is_taken_back()
    {
        using var bench = new PatchBench(new FakeTarget(WorkloadKind.VM, "web01"));
        await bench.RunAsync();
        var undo = await bench.Service.UndoAsync(new UndoPatch { Targets = new PatchTargets { VMNames = ["web01"] } }, PatchBench.Call());
        Assert.Equal("NoPatchKept", Assert.Single(undo.Errors).Id);
        Assert.Empty((await bench.Service.UndoAsync(new UndoPatch { Targets = new PatchTargets { VMNames = ["web*"] } }, PatchBench.Call())).Errors);
    }

    [Fact]
    public async Task The_history_has_runs_newest_first_with_what_they_did_to_the_workloads_that_are_named()
    {
        var first = new FakeTarget(WorkloadKind.VM, "web01");
        var second = new FakeTarget(WorkloadKind.Container, "api");
        using var bench = new PatchBench(first, second);
        var one = await bench.RunAsync();
        var two = await bench.RunAsync();
        var all = await bench.Service.HistoryAsync(new GetPatchHistory(), PatchBench.Call());
        Assert.Equal([two.Id, one.Id], all.Items.Select(static r => r.Id));
        var container = await bench.Service.HistoryAsync(new GetPatchHistory { Targets = new PatchTargets { ContainerNames = ["a*"] }, Last = 1 }, PatchBench.Call());
        Assert.Equal("api", Assert.Single(Assert.Single(container.Items).Results).Name);
        var byId = await bench.Service.HistoryAsync(new GetPatchHistory { RunIds = [one.Id, Guid.Empty] }, PatchBench.Call());
        Assert.Equal(one.Id, Assert.Single(byId.Items).Id);
        Assert.Equal("PatchRunNotFound", Assert.Single(byId.Errors).Id);
    }

    [Fact]
    public async Task The_history_of_a_workload_that_is_gone_is_found_by_its_name()
    {
        var target = new FakeTarget(WorkloadKind.VM, "web01");
        using var bench = new PatchBench(target);
        await bench.RunAsync();
        bench.Workloads.Targets.Clear();
        var list = await bench.Service.HistoryAsync(new GetPatchHistory { Targets = new PatchTargets { VMNames = ["web01", "wbe02"] } }, PatchBench.Call());
        Assert.Single(list.Items);
        Assert.Equal("wbe02", Assert.Single(list.Errors).Target);
    }
}
