using System;
using System.Linq;
using Virt.Agent.Fleet;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Fleet;

/// <summary>A plan is applied exactly, or refused.</summary>
public sealed class MovePlansTests
{
    [Fact]
    public void The_same_plan_made_later_has_the_same_hash()
    {
        Assert.Equal(MovePlans.Hash(Plan()), MovePlans.Hash(Plan() with { CreationTime = DateTimeOffset.UnixEpoch, ComputerName = "elsewhere" }));
    }

    [Fact]
    public void Whatever_the_move_depends_on_is_in_the_hash()
    {
        VMMovePlan[] others =
        [
            Plan() with { VMName = "web02" }, Plan() with { DestinationHost = "c" }, Plan() with { Mode = VMMoveMode.Cold }, Plan() with { MachineType = "pc-q35-8.0" },
            Plan() with { IncludeStorage = true }, Plan() with { Disks = [] }, Plan() with { Disks = [Plan().Disks[0] with { DestinationPath = "/other" }] },
            Plan() with { Problems = [new PlanProblem { Id = "NotEnoughMemory", IsBlocking = true }] }, Plan() with { Checkpoints = ["one"] }, Plan() with { Checkpoints = ["one", "two"] },
        ];
        var hashes = others.Select(MovePlans.Hash).Append(MovePlans.Hash(Plan())).ToList();
        Assert.Equal(hashes.Count, hashes.Distinct().Count());
    }

    [Fact]
    public void An_altered_plan_is_refused_and_an_old_one_is_out_of_date()
    {
        var plan = Plan();
        MovePlans.Require(plan, plan with { CreationTime = DateTimeOffset.UnixEpoch });
        var altered = Assert.Throws<VirtException>(() => MovePlans.Require(plan with { DestinationHost = "c" }, plan));
        Assert.Equal((ErrorCode.InvalidArgument, "PlanAltered"), (altered.Code, altered.Id));
        var now = plan with { Mode = VMMoveMode.Cold };
        now.Hash = MovePlans.Hash(now);
        var old = Assert.Throws<VirtException>(() => MovePlans.Require(plan, now));
        Assert.Equal((ErrorCode.PlanOutOfDate, "PlanOutOfDate"), (old.Code, old.Id));
        Assert.Contains("Cold", old.Message);
    }

    [Fact]
    public void A_refusal_has_the_first_problems_id_and_the_sentences_of_all()
    {
        var plan = Plan() with
        {
            Problems =
            [
                new PlanProblem { Id = "NotEnoughMemory", Message = "Host 'b' has no memory.", FixCommand = "fix 1", IsBlocking = true },
                new PlanProblem { Id = "UefiMissing", Message = "Host 'b' has no UEFI.", FixCommand = "fix 2", IsBlocking = true },
                new PlanProblem { Id = "Slow", Message = "Only a warning." },
            ],
        };
        var e = Assert.Throws<VirtException>(() => MovePlans.RequireNoProblem(plan));
        Assert.Equal((ErrorCode.ResourceExhausted, "NotEnoughMemory", "fix 1"), (e.Code, e.Id, e.RecommendedAction));
        Assert.Equal("Cannot move VM 'web01' to host 'b': Host 'b' has no memory. Host 'b' has no UEFI.", e.Message);
    }

    private static VMMovePlan Plan()
    {
        var plan = new VMMovePlan
        {
            VMId = Guid.Parse("11111111-2222-3333-4444-555555555555"),
            VMName = "web01",
            SourceHost = "a",
            DestinationHost = "b",
            MemoryBytes = 256L << 20,
            MachineType = "pc-q35-7.2",
            Disks = [new VMMoveDisk { Path = "/d", DestinationPath = "/d", IsShared = true, SizeBytes = 1 << 30 }],
        };
        plan.Hash = MovePlans.Hash(plan);
        return plan;
    }
}
