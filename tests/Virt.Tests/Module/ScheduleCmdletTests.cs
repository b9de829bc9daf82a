using System;
using System.Linq;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

public sealed class ScheduleCmdletTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent().WithVMs("web01", "web02").WithContainers("api");
    private readonly Shell shell;

    public ScheduleCmdletTests()
    {
        shell = new Shell(agent);
        agent.On(Methods.RegisterPatchSchedule, (request, _) => request.Schedule with { NextRunTime = DateTimeOffset.UnixEpoch });
        agent.On(Methods.GetPatchSchedule, (_, _) => new PatchScheduleList { Items = [new PatchSchedule { Name = "weekly" }, new PatchSchedule { Name = "nightly" }] });
        agent.On(Methods.UnregisterPatchSchedule, (_, _) => new Nothing());
    }

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
    }

    [Fact]
    public void A_schedule_is_registered_with_everything_that_a_run_takes()
    {
        var made = Assert.Single(shell.Run<PatchSchedule>(
            "Register-PatchSchedule -Name weekly -Cron '0 3 * * SUN' -TimeZone Europe/Berlin -Window 4h -VM web* -Container api -MissedRun RunOnce -SecurityOnly -BatchSize 2 -HealthHttp http://127.0.0.1/ -OnFailure Stop -Force"));
        Assert.Empty(shell.Errors);
        Assert.Equal(agent.Endpoint, made.ComputerName);
        var request = (RegisterPatchSchedule)Assert.Single(agent.CallsOf(Methods.RegisterPatchSchedule)).Request;
        var sent = request.Schedule;
        Assert.True(request.Replace);
        Assert.Equal(("weekly", "0 3 * * SUN", "Europe/Berlin", TimeSpan.FromHours(4)), (sent.Name, sent.Cron, sent.TimeZone, sent.Window));
        Assert.Equal((MissedRunPolicy.RunOnce, true, "2", "http://127.0.0.1/", PatchFailureAction.Stop), (sent.MissedRun, sent.Filter.SecurityOnly, sent.Options.BatchSize, sent.Options.Health.HttpUrl, sent.Options.OnFailure));
        Assert.Equal(["web*", "api"], [.. sent.VMNames, .. sent.ContainerNames]);
    }

    [Fact]
    public void Objects_are_kept_by_their_names_in_one_schedule()
    {
        shell.Run("@(Get-VM) + @(Get-Container) | Register-PatchSchedule -Name all -Cron '0 3 * * *'");
        Assert.Empty(shell.Errors);
        var sent = ((RegisterPatchSchedule)Assert.Single(agent.CallsOf(Methods.RegisterPatchSchedule)).Request).Schedule;
        Assert.Equal(["web01", "web02", "api"], [.. sent.VMNames, .. sent.ContainerNames]);
    }

    [Theory]
    [InlineData("4h", 240)]
    [InlineData("90m", 90)]
    [InlineData("1h30m", 90)]
    [InlineData("'1d'", 1440)]
    [InlineData("2d", 2880)]
    [InlineData("02:30:00", 150)]
    [InlineData("([timespan]::FromMinutes(45))", 45)]
    public void A_window_is_written_as_people_write_it(string window, int minutes)
    {
        shell.Run($"Register-PatchSchedule -Name x -Cron '0 3 * * *' -VM a -Window {window}");
        Assert.Empty(shell.Errors);
        Assert.Equal(TimeSpan.FromMinutes(minutes), ((RegisterPatchSchedule)Assert.Single(agent.CallsOf(Methods.RegisterPatchSchedule)).Request).Schedule.Window);
    }

    [Theory]
    [InlineData("4", "4h for hours")]
    [InlineData("'four hours'", "90m")]
    [InlineData("'4 h 5'", "90m")]
    public void What_could_mean_anything_is_no_window(string window, string hint)
    {
        shell.Run($"Register-PatchSchedule -Name x -Cron '0 3 * * *' -VM a -Window {window}");
        Assert.Contains(hint, Assert.Single(shell.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIf_lets_the_agent_check_and_makes_nothing()
    {
        Assert.Empty(shell.Run("Register-PatchSchedule -Name x -Cron '0 3 * * *' -VM a -WhatIf"));
        Assert.True(Assert.Single(agent.CallsOf(Methods.RegisterPatchSchedule)).Options.WhatIf);
    }

    [Theory]
    [InlineData("Unregister-PatchSchedule weekly", "weekly")]
    [InlineData("Unregister-PatchSchedule *", "weekly nightly")]
    [InlineData("Get-PatchSchedule | Unregister-PatchSchedule", "weekly nightly")]
    public void Schedules_are_removed_by_name_pattern_and_object(string script, string names)
    {
        shell.Run(script);
        Assert.Empty(shell.Errors);
        Assert.Equal(names, string.Join(' ', agent.CallsOf(Methods.UnregisterPatchSchedule).Select(call => ((UnregisterPatchSchedule)call.Request).Name)));
    }
}
