using System;
using Virt.Agent.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>What makes a plan of checkpoints.</summary>
public sealed class CheckpointPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 4, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private static readonly VmCheckpointPlan Nightly = new() { Cron = "0 3 * * *", TimeZone = "Europe/Berlin", ExpiresAfter = Week, Considered = Now.AddDays(-1), Problem = "full" };

    [Fact]
    public void One_that_nobody_speaks_of_stays_the_same()
    {
        Assert.Same(Nightly, Apply(Nightly, new SetVM { Notes = "x" }));
        Assert.Null(Apply(null, new SetVM()));
    }

    [Fact]
    public void A_new_one_begins_now_on_the_clock_of_UTC()
    {
        var plan = Apply(null, new SetVM { CheckpointSchedule = "0 3 * * *", CheckpointExpiresAfter = Week })!;
        Assert.Equal(new VmCheckpointPlan { Cron = "0 3 * * *", TimeZone = "UTC", ExpiresAfter = Week, Considered = Now }, plan);
        Assert.Equal(Now.AddHours(23), CheckpointPlanRules.TimesOf("web01", plan).Next(Now));
    }

    [Fact]
    public void Only_other_times_begin_anew()
    {
        Assert.Equal(Nightly with { ExpiresAfter = TimeSpan.FromHours(30) }, Apply(Nightly, new SetVM { CheckpointExpiresAfter = TimeSpan.FromHours(30) }));
        Assert.Equal(Nightly with { TimeZone = "UTC", Considered = Now, Problem = null }, Apply(Nightly, new SetVM { CheckpointTimeZone = "UTC" }));
        Assert.Equal(Nightly with { Cron = "0 4 * * *", Considered = Now, Problem = null }, Apply(Nightly, new SetVM { CheckpointSchedule = "0 4 * * *" }));
    }

    [Fact]
    public void An_empty_one_is_none() => Assert.Null(Apply(Nightly, new SetVM { CheckpointSchedule = "" }));

    [Theory]
    [InlineData("0 3 * * *", null, null, "nothing says when the checkpoints of its schedule go")]
    [InlineData("0 3 * * *", null, "00:00:59", "a minute to 100 years")]
    [InlineData(null, null, "1.00:00:00", "it has no checkpoint schedule")]
    [InlineData("", "UTC", null, "it is to have no checkpoint schedule, and something is said of its times")]
    [InlineData("0 3 31 2 *", null, "1.00:00:00", "a time that never comes")]
    [InlineData("0 * * * *", null, "7.00:00:00", "50 checkpoints or more")]
    [InlineData("* * * * *", null, "00:50:00", "50 checkpoints or more")]
    public void What_cannot_be_kept_is_refused(string? cron, string? zone, string? expires, string why)
    {
        var error = Assert.Throws<VirtException>(() => Apply(null, Asked(cron, zone, expires)));
        Assert.Equal(("InvalidCheckpointSchedule", ErrorCode.InvalidArgument, "web01"), (error.Id, error.Code, error.Target));
        Assert.StartsWith("Cannot change VM 'web01': ", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Set-VM -Name web01 ", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Forty_nine_at_once_can_be() => Assert.NotNull(Apply(null, Asked("* * * * *", null, "00:49:00")));

    [Fact]
    public void Words_that_are_no_times_name_the_parameters()
    {
        var cron = Assert.Throws<VirtException>(() => Apply(null, Asked("nightly", null, "1.00:00:00")));
        Assert.Equal("BadCron", cron.Id);
        Assert.StartsWith("Use -CheckpointSchedule such as", cron.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("TimeZoneNotFound", Assert.Throws<VirtException>(() => Apply(null, Asked("0 3 * * *", "Mars/Olympus", "1.00:00:00"))).Id);
    }

    [Fact]
    public void Checkpoints_that_are_disabled_have_no_schedule()
    {
        Assert.Equal("InvalidCheckpointSchedule", Assert.Throws<VirtException>(() => CheckpointPlanRules.Apply("web01", Nightly, new SetVM(), VMCheckpointType.Disabled, Now)).Id);
        Assert.Null(CheckpointPlanRules.Apply("web01", Nightly, new SetVM { CheckpointSchedule = "" }, VMCheckpointType.Disabled, Now));
    }

    [Fact]
    public void Of_what_somebody_else_has_written_only_what_can_be_kept_is_taken()
    {
        Assert.Same(Nightly, CheckpointPlanRules.Known(Nightly));
        Assert.Null(CheckpointPlanRules.Known(null));
        Assert.Null(CheckpointPlanRules.Known(Nightly with { Cron = null! }));
        Assert.Null(CheckpointPlanRules.Known(Nightly with { Cron = "nightly" }));
        Assert.Null(CheckpointPlanRules.Known(Nightly with { TimeZone = "../etc" }));
        Assert.Null(CheckpointPlanRules.Known(Nightly with { ExpiresAfter = TimeSpan.FromSeconds(-1) }));
    }

    private static SetVM Asked(string? cron, string? zone, string? expires) =>
        new() { CheckpointSchedule = cron, CheckpointTimeZone = zone, CheckpointExpiresAfter = expires is null ? null : TimeSpan.Parse(expires, System.Globalization.CultureInfo.InvariantCulture) };

    private static VmCheckpointPlan? Apply(VmCheckpointPlan? present, SetVM request) => CheckpointPlanRules.Apply("web01", present, request, VMCheckpointType.Standard, Now);
}
