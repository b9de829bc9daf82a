using System;
using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Patching;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Patching;

/// <summary>Schedules in the native agent: the zones of the host's files, and what is left after a crash. When they run is in the unit tests, whose clock can be moved.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task The_native_agent_knows_the_hosts_time_zones_and_keeps_schedules()
    {
        await using var host = await TestHost.StartAsync();
        var made = Register(host, "Europe/Berlin");
        Assert.Equal((DayOfWeek.Sunday, 3), (Berlin(made).DayOfWeek, Berlin(made).Hour));
        Assert.Equal("TimeZoneNotFound", host.Refused(Methods.RegisterPatchSchedule, Request("Europe/Atlantis")).Id);
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        var kept = Assert.Single(host.Invoke(Methods.GetPatchSchedule, new GetPatchSchedule()).Items);
        Assert.Equal((made.Cron, made.TimeZone, made.Window, made.NextRunTime, made.VMNames[0]), (kept.Cron, kept.TimeZone, kept.Window, kept.NextRunTime, kept.VMNames[0]));
    }

    [Fact]
    public async Task A_host_without_tzdata_has_UTC_and_says_what_is_missing()
    {
        await using var host = await TestHost.MakeAsync();
        var nothing = Directory.CreateDirectory(Path.Combine(host.Folder, "nothing")).FullName;
        await host.RunAsync("mount", "--bind", nothing, "/usr/share/zoneinfo");
        await host.StartAgentAsync();
        Assert.Equal(3, Register(host, "UTC").NextRunTime!.Value.UtcDateTime.Hour);
        var error = host.Refused(Methods.RegisterPatchSchedule, Request("Europe/Berlin"));
        Assert.Equal((ErrorCode.NotSupported, "TimeZonesMissing"), (error.Code, error.Id));
        Assert.Contains("tzdata", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_agent_runs_a_schedule_by_itself_and_a_crash_in_that_run_leaves_it_one_run()
    {
        await using var host = await TestHost.MakeAsync();
        var options = await host.ServeArchiveAsync();
        host.Faults = $"{PatchFaults.Begun(PatchStepKind.Apply)}=kill";
        await host.StartAgentAsync(options);
        var container = await host.StartServiceAsync("virt-good", 8080);

        // The minute that begins next, and then not for a year.
        var due = DateTimeOffset.UtcNow.AddSeconds(63);
        host.Invoke(Methods.RegisterPatchSchedule, new RegisterPatchSchedule
        {
            Schedule = new PatchSchedule
            {
                Name = "soon",
                Cron = FormattableString.Invariant($"{due.Minute} {due.Hour} {due.Day} {due.Month} *"),
                ContainerNames = ["api"],
                Filter = new PatchFilter { SecurityOnly = true },
                Options = new PatchOptions { Health = PatchHost.Serves(8080) },
            },
        });
        await host.EndedByFaultAsync().WaitAsync(TimeSpan.FromMinutes(3));
        host.Faults = "";
        await host.StartAgentAsync(options);
        await Poll.UntilAsync(() => Schedule(host) is { LastMessage: "1 Patched" }, "the end of the schedule's run");
        var run = Assert.Single(host.Invoke(Methods.GetPatchHistory, new GetPatchHistory()).Items);
        Assert.Equal((Schedule(host).LastRunId!.Value, "soon", "schedule:soon", PatchOutcome.Patched), (run.Id, run.Schedule, run.StartedBy, run.Only().Outcome));
        Assert.Equal("2", host.VersionOf(container, "virt-good"));
        Assert.True(Schedule(host).NextRunTime > DateTimeOffset.UtcNow.AddDays(300), "the next run is in a year");
    }

    private static PatchSchedule Schedule(TestHost host) => Assert.Single(host.Invoke(Methods.GetPatchSchedule, new GetPatchSchedule()).Items);

    private static DateTimeOffset Berlin(PatchSchedule schedule) => TimeZoneInfo.ConvertTime(schedule.NextRunTime!.Value, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

    private static PatchSchedule Register(TestHost host, string zone) => host.Invoke(Methods.RegisterPatchSchedule, Request(zone));

    private static RegisterPatchSchedule Request(string zone, string cron = "0 3 * * SUN") =>
        new() { Schedule = new PatchSchedule { Name = "weekly", Cron = cron, TimeZone = zone, VMNames = ["none*"] }, Replace = true };
}
