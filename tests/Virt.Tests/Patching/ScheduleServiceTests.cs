using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Operations;
using Virt.Agent.Patching;
using Virt.Agent.State;
using Virt.Protocol;
using Virt.Tests.Common;
using Xunit;

namespace Virt.Tests.Patching;

public sealed class ScheduleServiceTests : IAsyncLifetime
{
    private static readonly Call Caller = new(NoSink.Instance, "root", whatIf: false, CancellationToken.None);

    private readonly string folder = Directory.CreateTempSubdirectory("virt-schedules-").FullName;
    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 24, 2, 0, 0, TimeSpan.Zero));
    private readonly List<(InvokePatch Request, string User, DateTimeOffset At)> started = [];
    private TaskCompletionSource<PatchRun> run = new();
    private StateStore store = null!;
    private OperationService operations = null!;
    private ScheduleService service = null!;

    public async ValueTask InitializeAsync() => await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_run_comes_at_its_time_with_its_window_and_its_settings()
    {
        await RegisterAsync(new PatchSchedule { Filter = new PatchFilter { SecurityOnly = true }, Options = new PatchOptions { MaxFailed = 2 } });
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Empty(started);
        time.Advance(TimeSpan.FromMinutes(2));
        var (request, user, at) = Assert.Single(started);
        Assert.Equal(("nightly", "schedule:nightly"), (request.Schedule, user));
        Assert.Equal(Today(7), request.BeginUntil);
        Assert.Equal((true, 2, "web*", "api"), (request.Filter.SecurityOnly, request.Options.MaxFailed, request.Targets.VMNames[0], request.Targets.ContainerNames[0]));
        Assert.True(at - Today(3) < TimeSpan.FromSeconds(1));
        Assert.Equal("Running.", (await OneAsync()).LastMessage);
        run.SetResult(new PatchRun { Results = [new PatchResult { Outcome = PatchOutcome.Patched }, new PatchResult { Outcome = PatchOutcome.PutBack }, new PatchResult()] });
        var after = await EndedAsync();
        Assert.Equal("2 Patched, 1 PutBack", after.LastMessage);
        Assert.Equal(Today(27), after.NextRunTime);
        Assert.NotNull(after.LastRunId);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, started.Count);
    }

    [Fact]
    public async Task A_run_is_an_operation_that_everybody_sees_and_can_stop()
    {
        await RegisterAsync();
        time.Advance(TimeSpan.FromHours(1.5));
        var seen = Assert.Single((await operations.GetAsync(new GetVirtOperation { RunningOnly = true }, Caller)).Items);
        Assert.Equal(("patch.invoke", "schedule:nightly", (Guid?)seen.Id), (seen.Method, seen.StartedBy, (await OneAsync()).LastRunId));
    }

    [Fact]
    public async Task Two_runs_of_one_schedule_never_go_on_at_once()
    {
        await RegisterAsync(new PatchSchedule { Cron = "0 * * * *" });
        time.Advance(TimeSpan.FromHours(3.5));
        Assert.Single(started);
        Assert.Contains("the run before it still went on", (await OneAsync()).LastMessage, StringComparison.Ordinal);
        run.SetResult(new PatchRun());
        await EndedAsync();
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, started.Count);
    }

    [Fact]
    public async Task A_schedule_that_is_replaced_while_it_runs_does_not_run_twice()
    {
        await RegisterAsync(new PatchSchedule { Cron = "0 * * * *" });
        time.Advance(TimeSpan.FromHours(1.5));
        await RegisterAsync(new PatchSchedule { Cron = "*/10 * * * *" }, replace: true);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Single(started);
        Assert.NotNull((await OneAsync()).LastRunId);
    }

    [Theory]
    [InlineData(MissedRunPolicy.Skip, 4.0, 0)]
    [InlineData(MissedRunPolicy.RunOnce, 4.0, 1)]
    [InlineData(MissedRunPolicy.RunOnce, 7.5, 0)]
    [InlineData(MissedRunPolicy.Skip, 3.02, 1)]
    public async Task What_the_agent_slept_through_follows_the_policy_and_the_window(MissedRunPolicy policy, double restartHour, int runs)
    {
        await RegisterAsync(new PatchSchedule { MissedRun = policy });
        await CloseAsync();
        time.Set(Today(restartHour));
        await OpenAsync();
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(runs, started.Count);
        var seen = await OneAsync();
        Assert.Equal(Today(27), seen.NextRunTime);
        if (runs == 0)
        {
            Assert.Contains("left out", seen.LastMessage, StringComparison.Ordinal);
            Assert.Null(seen.LastRunTime);
        }
        else
        {
            Assert.Equal(Today(7), started[0].Request.BeginUntil);
        }
    }

    [Fact]
    public async Task Many_missed_runs_are_made_up_for_once()
    {
        await RegisterAsync(new PatchSchedule { Cron = "0 * * * *", MissedRun = MissedRunPolicy.RunOnce });
        await CloseAsync();
        time.Set(Today(12.5));
        await OpenAsync();
        Assert.Equal(Today(16), Assert.Single(started).Request.BeginUntil);
    }

    [Fact]
    public async Task A_run_that_goes_on_after_the_agents_restart_is_still_the_only_one()
    {
        await RegisterAsync(new PatchSchedule { Cron = "0 * * * *" });
        time.Advance(TimeSpan.FromHours(1.5));
        var id = (await OneAsync()).LastRunId!.Value;
        await CloseAsync();
        run = new TaskCompletionSource<PatchRun>();
        await OpenAsync(() => operations.Resume(id, Methods.InvokePatch, _ => run.Task));
        time.Advance(TimeSpan.FromHours(2));
        Assert.Single(started);
        run.SetResult(new PatchRun { Results = [new PatchResult()] });
        Assert.Equal(("1 Patched", id), ((await EndedAsync()).LastMessage, (await OneAsync()).LastRunId));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, started.Count);
    }

    [Fact]
    public async Task A_run_that_was_decided_on_but_not_started_is_considered_again()
    {
        await RegisterAsync(new PatchSchedule { MissedRun = MissedRunPolicy.RunOnce });
        await CloseAsync();
        using (var state = new StateStore(Path.Combine(folder, "virt.db")))
        {
            state.PatchSchedules.Save(state.PatchSchedules.Load()[0] with { Considered = Today(3.01), Due = Today(3), LastRun = Today(3.01) });
        }

        time.Set(Today(3.5));
        await OpenAsync();
        Assert.Equal(Today(7), Assert.Single(started).Request.BeginUntil);
    }

    [Fact]
    public async Task A_clock_that_is_set_is_noticed_and_runs_nothing_twice()
    {
        await RegisterAsync(new PatchSchedule { MissedRun = MissedRunPolicy.RunOnce });
        time.Set(Today(5));
        time.Advance(TimeSpan.FromMinutes(1.1));
        Assert.Single(started);
        run.SetResult(new PatchRun());
        await EndedAsync();
        time.Set(Today(2.5));
        time.Advance(TimeSpan.FromHours(2));
        Assert.Single(started);
    }

    [Fact]
    public async Task A_clock_that_was_years_ahead_does_not_keep_a_schedule_from_running()
    {
        time.Set(Today(24 * 3650));
        await RegisterAsync();
        time.Set(Today(2));
        time.Advance(TimeSpan.FromDays(1.1));
        Assert.Single(started);
    }

    [Fact]
    public async Task A_removed_schedule_does_not_run_and_its_run_goes_on()
    {
        await RegisterAsync();
        time.Advance(TimeSpan.FromHours(1.5));
        await service.UnregisterAsync(new UnregisterPatchSchedule { Name = "NIGHTLY" }, Caller);
        Assert.Single((await operations.GetAsync(new GetVirtOperation { RunningOnly = true }, Caller)).Items);
        run.SetResult(new PatchRun());
        time.Advance(TimeSpan.FromDays(3));
        Assert.Single(started);
        Assert.Empty((await service.GetAsync(new GetPatchSchedule(), Caller)).Items);
        Assert.Empty(store.PatchSchedules.Load());
    }

    [Fact]
    public async Task A_run_that_fails_says_why()
    {
        await RegisterAsync();
        time.Advance(TimeSpan.FromHours(1.5));
        run.SetException(new VirtException(ErrorCode.Conflict, "X", "Cannot patch: it is locked."));
        Assert.Equal("Cannot patch: it is locked.", (await EndedAsync()).LastMessage);
    }

    [Fact]
    public async Task Wrong_input_is_one_typed_error_and_changes_nothing()
    {
        await RegisterAsync();
        Assert.Equal("PatchScheduleAlreadyExists", (await Assert.ThrowsAsync<VirtException>(() => RegisterAsync())).Id);
        Assert.Equal("BadWindow", (await Assert.ThrowsAsync<VirtException>(() => RegisterAsync(new PatchSchedule { Window = TimeSpan.Zero }, replace: true))).Id);
        Assert.Equal("BadCron", (await Assert.ThrowsAsync<VirtException>(() => RegisterAsync(new PatchSchedule { Cron = "x" }, replace: true))).Id);
        Assert.Equal("InvalidName", (await Assert.ThrowsAsync<VirtException>(() => service.RegisterAsync(new RegisterPatchSchedule { Schedule = new PatchSchedule { Name = "a b" } }, Caller))).Id);
        Assert.Equal("TargetRequired", (await Assert.ThrowsAsync<VirtException>(() => service.RegisterAsync(new RegisterPatchSchedule { Schedule = new PatchSchedule { Name = "a", Cron = "0 3 * * *" } }, Caller))).Id);
        var missing = await Assert.ThrowsAsync<VirtException>(() => service.UnregisterAsync(new UnregisterPatchSchedule { Name = "nigthly" }, Caller));
        Assert.Equal((ErrorCode.NotFound, "PatchScheduleNotFound"), (missing.Code, missing.Id));
        Assert.Contains("'nightly'", missing.Message, StringComparison.Ordinal);
        Assert.Equal("PatchScheduleNotFound", Assert.Single((await service.GetAsync(new GetPatchSchedule { Names = ["other"] }, Caller)).Errors).Id);
        Assert.Equal("0 3 * * *", (await OneAsync()).Cron);
    }

    [Fact]
    public async Task WhatIf_checks_and_makes_nothing()
    {
        var call = new Call(NoSink.Instance, "root", whatIf: true, CancellationToken.None);
        var made = await service.RegisterAsync(new RegisterPatchSchedule { Schedule = Filled(new PatchSchedule()) }, call);
        Assert.Equal(Today(3), made.NextRunTime);
        Assert.Empty((await service.GetAsync(new GetPatchSchedule(), Caller)).Items);
    }

    [Fact]
    public async Task A_schedule_is_as_it_was_after_a_restart()
    {
        await RegisterAsync(new PatchSchedule { TimeZone = "Europe/Berlin", Options = new PatchOptions { BatchSize = "25%", Health = new HealthCheck { Command = ["true"], TcpPort = 80 } } });
        var before = await OneAsync();
        await CloseAsync();
        await OpenAsync();
        var after = await OneAsync();
        Assert.Equal((before.Cron, before.TimeZone, before.Window, before.NextRunTime), (after.Cron, after.TimeZone, after.Window, after.NextRunTime));
        Assert.Equal(("25%", 80, "true"), (after.Options.BatchSize, after.Options.Health.TcpPort, after.Options.Health.Command[0]));
    }

    private static DateTimeOffset Today(double hour) => new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero).AddHours(hour);

    private static PatchSchedule Filled(PatchSchedule schedule) =>
        schedule with { Name = "nightly", Cron = schedule.Cron.Length == 0 ? "0 3 * * *" : schedule.Cron, VMNames = ["web*"], ContainerNames = ["api"] };

    private Task<PatchSchedule> RegisterAsync(PatchSchedule? schedule = null, bool replace = false) =>
        service.RegisterAsync(new RegisterPatchSchedule { Schedule = Filled(schedule ?? new PatchSchedule()), Replace = replace }, Caller);

    private async Task<PatchSchedule> OneAsync() => Assert.Single((await service.GetAsync(new GetPatchSchedule(), Caller)).Items);

    private async Task<PatchSchedule> EndedAsync()
    {
        var deadline = Environment.TickCount64 + 30_000;
        while ((await OneAsync()).LastMessage is "Running." or "" || (await OneAsync()).LastMessage.Contains("still went on", StringComparison.Ordinal))
        {
            Assert.True(Environment.TickCount64 < deadline, "awaited in vain: the end of the run");
            await Task.Yield();
        }

        return await OneAsync();
    }

    private async Task OpenAsync(Func<Operation?>? resume = null)
    {
        store = new StateStore(Path.Combine(folder, "virt.db"));
        operations = new OperationService(store.Operations, time);
        service = new ScheduleService(store.PatchSchedules, operations, Start, time);
        resume?.Invoke();
        operations.EndInterrupted();
        await service.StartAsync();
    }

    private async Task CloseAsync()
    {
        await service.DisposeAsync();
        store.Dispose();
    }

    private Operation Start(InvokePatch request, string user)
    {
        started.Add((request, user, time.GetUtcNow()));
        return operations.Start(Methods.InvokePatch, user, async call =>
        {
            call.Keep();
            var result = await run.Task;
            run = new TaskCompletionSource<PatchRun>();
            return result;
        });
    }
}
