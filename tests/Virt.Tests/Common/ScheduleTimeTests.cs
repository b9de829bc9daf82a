using System;
using System.Globalization;
using Virt.Agent.Common;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Common;

public sealed class ScheduleTimeTests
{
    [Theory]
    [InlineData("0 3 * * SUN", "UTC", "2026-11-24T12:00Z", "2026-11-29T03:00Z")]
    [InlineData("0 3 * * SUN", "Europe/Berlin", "2026-11-24T12:00Z", "2026-11-29T02:00Z")]
    [InlineData("0 3 * * *", "America/New_York", "2026-07-01T00:00Z", "2026-07-01T07:00Z")]
    [InlineData("0 3 * * *", "UTC", "2026-11-24T03:00Z", "2026-11-25T03:00Z")]
    [InlineData("30 2 29 2 *", "UTC", "2026-11-24T00:00Z", "2028-02-29T02:30Z")]
    public void The_next_time_is_that_of_the_zones_clock(string cron, string zone, string after, string next) => Assert.Equal(At(next), Read(cron, zone).Next(At(after)));

    // Berlin: 29 March 2026 02:00 becomes 03:00; 25 October 2026 03:00 becomes 02:00.
    [Theory]
    [InlineData("30 2 * * *", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [InlineData("30 2 * * *", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    public void A_time_that_summer_time_skips_is_taken_right_after_the_gap(string cron, string after, string next) => Assert.Equal(At(next), Read(cron, "Europe/Berlin").Next(At(after)));

    [Theory]
    [InlineData("30 2 * * *", "2026-10-24T12:00Z", "2026-10-25T00:30Z")]
    [InlineData("30 2 * * *", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    public void A_time_that_winter_time_brings_twice_counts_once(string cron, string after, string next) => Assert.Equal(At(next), Read(cron, "Europe/Berlin").Next(At(after)));

    [Fact]
    public void A_day_that_never_comes_has_no_time() => Assert.Null(Read("0 3 31 2 *", "UTC").Next(At("2026-11-24T00:00Z")));

    [Theory]
    [InlineData("0 3 * * *", "2026-11-20T12:00Z", "2026-11-24T04:00Z", 4, "2026-11-24T03:00Z")]
    [InlineData("0 3 * * *", "2026-11-20T12:00Z", "2026-11-24T12:00Z", 4, "2026-11-21T03:00Z")]
    [InlineData("*/5 * * * *", "2020-01-01T00:00Z", "2026-11-24T04:02Z", 1, "2026-11-24T04:00Z")]
    public void The_last_missed_time_is_found_however_long_the_agent_was_away(string cron, string after, string until, int hours, string last) =>
        Assert.Equal(At(last), Read(cron, "UTC").Last(At(after), At(until), TimeSpan.FromHours(hours)));

    [Fact]
    public void Nothing_was_missed_before_the_first_time() => Assert.Null(Read("0 3 * * *", "UTC").Last(At("2026-11-24T04:00Z"), At("2026-11-24T05:00Z"), TimeSpan.FromHours(4)));

    [Theory]
    [InlineData("every day", "UTC", "BadCron")]
    [InlineData("61 3 * * *", "UTC", "BadCron")]
    [InlineData("0 0 3 * * *", "UTC", "BadCron")]
    [InlineData("", "UTC", "BadCron")]
    [InlineData("0 3 * * *", "Europe/Atlantis", "TimeZoneNotFound")]
    [InlineData("0 3 * * *", "../../etc/passwd", "TimeZoneNotFound")]
    [InlineData("0 3 * * *", "", "TimeZoneNotFound")]
    [InlineData("0 3 * * *", "posixrules\0", "TimeZoneNotFound")]
    public void What_cannot_be_read_is_one_typed_error(string cron, string zone, string id)
    {
        var error = Assert.Throws<VirtException>(() => Read(cron, zone));
        Assert.Equal((id, ErrorCode.InvalidArgument, "weekly"), (error.Id, error.Code, error.Target));
        Assert.StartsWith("Cannot register patch schedule 'weekly': ", error.Message, StringComparison.Ordinal);
    }

    private static ScheduleTime Read(string cron, string zone) => ScheduleTime.Parse("Cannot register patch schedule 'weekly'", "weekly", new ScheduleParameters("Cron", "TimeZone"), cron, zone);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
