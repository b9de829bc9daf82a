using System;
using System.Text.Json;
using Virt.Agent.Patching;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Patching;

public sealed class PlanHashTests
{
    [Fact]
    public void A_plan_that_was_made_into_JSON_and_back_has_the_same_hash()
    {
        var plan = Plan();
        var spec = JsonSerializer.Deserialize(JsonSerializer.Serialize(new PatchRunSpec { Plan = plan }, PatchJson.Default.PatchRunSpec), PatchJson.Default.PatchRunSpec)!;
        Assert.NotSame(plan, spec.Plan);
        Assert.Equal(plan.Hash, PlanHash.Of(spec.Plan));
        PlanHash.Check(spec.Plan);
    }

    [Fact]
    public void What_JSON_does_not_keep_is_not_in_the_hash()
    {
        var plan = Plan();
        var seen = plan with
        {
            CreationTime = plan.CreationTime.ToOffset(TimeSpan.FromHours(2)).AddTicks(17),
            Filter = new PatchFilter { Include = null!, Exclude = [] },
            ComputerName = "b",
        };
        Assert.Equal(plan.Hash, PlanHash.Of(seen));
    }

    [Fact]
    public void An_altered_plan_is_refused_and_says_what_to_do()
    {
        var plan = Plan();
        plan.Targets[0].Packages[0].ToVersion = "3";
        var error = Assert.Throws<VirtException>(() => PlanHash.Check(plan));
        Assert.Equal((ErrorCode.InvalidArgument, "PlanAltered", "New-PatchPlan"), (error.Code, error.Id, error.RecommendedAction));
    }

    [Fact]
    public void A_plan_without_a_hash_is_refused()
    {
        var plan = Plan() with { Hash = "" };
        Assert.Contains("it says none", Assert.Throws<VirtException>(() => PlanHash.Check(plan)).Message, StringComparison.Ordinal);
    }

    private static PatchPlan Plan()
    {
        var plan = new PatchPlan
        {
            Id = Guid.NewGuid(),
            HostName = "a",
            CreationTime = PlanHash.Round(DateTimeOffset.UtcNow),
            Targets =
            [
                new PatchPlanTarget
                {
                    Kind = WorkloadKind.Container,
                    Id = Guid.NewGuid(),
                    Name = "api",
                    Image = "debian",
                    ImageDigest = "sha256:12",
                    PackageManager = "apt",
                    Packages = [new PatchPackage { Name = "virt-good", Architecture = "all", FromVersion = "1", ToVersion = "2", IsSecurity = true, Origin = "Virt-Security:stable-security" }],
                    Problems = [new PlanProblem { Id = "X", Target = "api", Message = "It is ä.", FixCommand = "Get-Container" }],
                },
            ],
        };
        plan.Hash = PlanHash.Of(plan);
        return plan;
    }
}
