using System;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using Virt.Commands;
using Xunit;

namespace Virt.Tests.Module;

public sealed class DurationTests
{
    private readonly DurationAttribute duration = new();

    [Theory]
    [InlineData("30d", "30.00:00:00")]
    [InlineData("1h30m", "01:30:00")]
    [InlineData("45s", "00:00:45")]
    [InlineData("04:00:00", "04:00:00")]
    public void A_text_is_read_as_admins_write_durations(string text, string expected) => Assert.Equal(TimeSpan.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), duration.Transform(null!, PSObject.AsPSObject(text)));

    [Fact]
    public void Days_are_a_decimal_to_PowerShell() => Assert.Equal(TimeSpan.FromDays(30), duration.Transform(null!, 30m));

    [Theory]
    [InlineData(30)]
    [InlineData((short)30)]
    [InlineData(30L)]
    [InlineData("30")]
    public void A_number_without_a_unit_is_no_duration_and_what_to_type_is_said(object value)
    {
        var error = Assert.Throws<ArgumentTransformationMetadataException>(() => duration.Transform(null!, value));
        Assert.StartsWith("Cannot use the number 30 as a duration: it has no unit. Type 30d for days,", error.Message, StringComparison.Ordinal);
        Assert.Contains("'30s' in quotes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5m", 5)]
    [InlineData("1h30m", 90)]
    public void A_moment_may_be_said_as_how_long_ago_it_is(string text, int minutes)
    {
        var before = DateTimeOffset.Now;
        var moment = Assert.IsType<DateTimeOffset>(new MomentAttribute().Transform(null!, PSObject.AsPSObject(text)));
        Assert.InRange(moment.AddMinutes(minutes), before, DateTimeOffset.Now);
        Assert.InRange(Assert.IsType<DateTimeOffset>(new MomentAttribute().Transform(null!, TimeSpan.FromMinutes(minutes))).AddMinutes(minutes), before, DateTimeOffset.Now);
    }

    [Theory]
    [InlineData(5)]
    [InlineData((short)5)]
    [InlineData("5")]
    public void A_bare_number_is_no_moment(object value) =>
        Assert.StartsWith("Cannot use the number 5 as a duration: it has no unit.", Assert.Throws<ArgumentTransformationMetadataException>(() => new MomentAttribute().Transform(null!, value)).Message, StringComparison.Ordinal);

    [Fact]
    public void Moments_are_left_as_they_are()
    {
        object[] all = [DateTimeOffset.UnixEpoch, DateTime.UnixEpoch, "2026-11-30 12:00", "09:30"];
        Assert.All(all, value => Assert.Equal(value, new MomentAttribute().Transform(null!, value)));
        Assert.Equal(30, (DateTimeOffset.Now - (DateTimeOffset)new MomentAttribute().Transform(null!, 30m)).TotalDays, 2);
    }

    [Fact]
    public void Every_parameter_that_is_a_moment_takes_how_long_ago_it_is()
    {
        var parameters = typeof(MomentAttribute).Assembly.GetTypes().Where(static type => typeof(PSCmdlet).IsAssignableFrom(type)).SelectMany(static type => type.GetProperties())
            .Where(static property => property.GetCustomAttributes<ParameterAttribute>().Any() && (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) == typeof(DateTimeOffset)).ToList();
        Assert.True(parameters.Count >= 4);
        Assert.All(parameters, static property => Assert.True(property.GetCustomAttribute<MomentAttribute>() is not null, $"{property.DeclaringType!.Name}.{property.Name}"));
    }

    [Fact]
    public void Every_parameter_that_is_a_duration_takes_one()
    {
        var parameters = typeof(DurationAttribute).Assembly.GetTypes().Where(static type => typeof(PSCmdlet).IsAssignableFrom(type)).SelectMany(static type => type.GetProperties())
            .Where(static property => property.GetCustomAttributes<ParameterAttribute>().Any() && (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) == typeof(TimeSpan)).ToList();
        Assert.True(parameters.Count >= 5);
        Assert.All(parameters, static property => Assert.True(property.GetCustomAttribute<DurationAttribute>() is not null, $"{property.DeclaringType!.Name}.{property.Name}"));
    }
}
