using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Patching;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Patching;

/// <summary>The parts of patching that decide and do nothing.</summary>
public sealed class PatchRulesTests
{
    [Theory]
    [InlineData("1", 10, 1)]
    [InlineData("25%", 10, 2)]
    [InlineData("25%", 3, 1)]
    [InlineData("100%", 7, 7)]
    [InlineData(" 4 ", 2, 4)]
    [InlineData("50%", 0, 1)]
    public void A_batch_is_a_number_or_a_share_that_is_rounded_down_to_one_at_least(string text, int workloads, int expected) => Assert.Equal(expected, BatchSize.Of(text, workloads));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("many")]
    [InlineData("")]
    public void No_other_batch_is_taken(string text) => Assert.Equal("InvalidBatchSize", Assert.Throws<VirtException>(() => BatchSize.Of(text, 5)).Id);

    [Fact]
    public void A_filter_takes_what_it_includes_without_what_it_excludes()
    {
        PatchPackage[] pending = [new() { Name = "libssl3", IsSecurity = true }, new() { Name = "libc6" }, new() { Name = "tzdata", IsSecurity = true }];
        Assert.Equal(["libssl3", "tzdata"], Names(new PatchFilter { SecurityOnly = true }));
        Assert.Equal(["libssl3", "libc6"], Names(new PatchFilter { Include = ["LIB*"] }));
        Assert.Equal(["libc6"], Names(new PatchFilter { Include = ["lib*"], Exclude = ["*ssl*"] }));
        Assert.True(PackageSelection.IsAll(new PatchFilter()));

        IEnumerable<string> Names(PatchFilter filter) => PackageSelection.Of(filter, pending).Select(static p => p.Name);
    }

    [Fact]
    public void A_plan_is_out_of_date_where_what_would_be_done_is_not_exactly_what_it_pins()
    {
        PatchPackage planned = new() { Name = "a", Architecture = "all", FromVersion = "1", ToVersion = "2" };
        Assert.Empty(PlanCheck.Differences([planned], new PackageChanges([planned], [])));
        Assert.Equal(["a is 2 already"], PlanCheck.Differences([planned], new PackageChanges([], [])));
        Assert.Equal(["a is 1.5, the plan has 1"], PlanCheck.Differences([planned], new PackageChanges([planned with { FromVersion = "1.5" }], [])));
        Assert.Equal(["a would become 3, the plan has 2"], PlanCheck.Differences([planned], new PackageChanges([planned with { ToVersion = "3" }], [])));
        Assert.Equal(["it would also need b 7", "c would be removed"], PlanCheck.Differences([planned], new PackageChanges([planned, new() { Name = "b", ToVersion = "7" }], ["c"])));
    }

    [Theory]
    [InlineData(WorkloadKind.VM, "Checkpoint, Apply, Reboot, Health, Keep")]
    [InlineData(WorkloadKind.Container, "Checkpoint, Apply, Replace, Health, Keep")]
    public void The_steps_follow_each_other(WorkloadKind kind, string expected)
    {
        var steps = new List<PatchStepKind>();
        for (var step = PatchSequence.AfterSuccess(kind, PatchStepKind.Preflight); step is { } next; step = PatchSequence.AfterSuccess(kind, next))
        {
            steps.Add(next);
        }

        Assert.Equal(expected, string.Join(", ", steps));
    }

    [Theory]
    [InlineData(PatchStepKind.Preflight, null)]
    [InlineData(PatchStepKind.Checkpoint, PatchStepKind.PutBack)]
    [InlineData(PatchStepKind.Apply, PatchStepKind.PutBack)]
    [InlineData(PatchStepKind.Replace, PatchStepKind.PutBack)]
    [InlineData(PatchStepKind.Reboot, PatchStepKind.PutBack)]
    [InlineData(PatchStepKind.Health, PatchStepKind.PutBack)]
    [InlineData(PatchStepKind.Keep, null)]
    [InlineData(PatchStepKind.PutBack, null)]
    public void A_failed_step_is_followed_by_putting_back(PatchStepKind step, PatchStepKind? expected)
    {
        Assert.Equal(expected, PatchSequence.AfterFailure(WorkloadKind.VM, step, PatchFailureAction.Rollback, isForced: false));
        Assert.Equal(expected, PatchSequence.AfterFailure(WorkloadKind.Container, step, PatchFailureAction.Rollback, isForced: false));
        Assert.Equal(expected, PatchSequence.AfterFailure(WorkloadKind.VM, step, PatchFailureAction.Continue, isForced: true));
    }

    [Theory]
    [InlineData(WorkloadKind.VM, PatchStepKind.Checkpoint, PatchStepKind.PutBack)]
    [InlineData(WorkloadKind.VM, PatchStepKind.Apply, PatchStepKind.Keep)]
    [InlineData(WorkloadKind.VM, PatchStepKind.Health, PatchStepKind.Keep)]
    [InlineData(WorkloadKind.Container, PatchStepKind.Apply, PatchStepKind.PutBack)]
    [InlineData(WorkloadKind.Container, PatchStepKind.Replace, PatchStepKind.Keep)]
    [InlineData(WorkloadKind.Container, PatchStepKind.Health, PatchStepKind.Keep)]
    public void Who_wants_failures_left_as_they_are_gets_what_has_changed_and_nothing_half_made(WorkloadKind kind, PatchStepKind step, PatchStepKind expected)
    {
        Assert.Equal(expected, PatchSequence.AfterFailure(kind, step, PatchFailureAction.Stop, isForced: false));
        Assert.Equal(expected, PatchSequence.AfterFailure(kind, step, PatchFailureAction.Continue, isForced: false));
    }

    [Theory]
    [InlineData(PatchStepKind.Preflight)]
    [InlineData(PatchStepKind.Checkpoint)]
    [InlineData(PatchStepKind.Apply)]
    [InlineData(PatchStepKind.Replace)]
    [InlineData(PatchStepKind.Reboot)]
    [InlineData(PatchStepKind.Health)]
    [InlineData(PatchStepKind.Keep)]
    [InlineData(PatchStepKind.PutBack)]
    public void A_restarted_agent_goes_on_with_every_step_but_a_guests_half_run_package_manager(PatchStepKind step)
    {
        Assert.Equal(step, PatchSequence.AfterRestart(WorkloadKind.Container, step));
        Assert.Equal(step == PatchStepKind.Apply ? PatchStepKind.PutBack : step, PatchSequence.AfterRestart(WorkloadKind.VM, step));
    }

    [Fact]
    public void Fault_points_are_all_named_once()
    {
        Assert.Equal(18, PatchFaults.All.Count);
        Assert.Equal(PatchFaults.All.Count, PatchFaults.All.Distinct().Count());
    }
}
