using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Patching;

/// <summary>Real packages in a Debian container: good ones, and each way to go wrong.</summary>
public sealed class ContainerPatchTests
{
    [Fact]
    public async Task A_good_update_is_kept_and_serves()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var container = await host.StartServiceAsync("virt-good", 8080);
        host.Exec(container, "echo mine > /root/note");
        var status = Assert.Single(host.Invoke(Methods.GetPatchStatus, new GetPatchStatus { Targets = new PatchTargets { ContainerNames = ["api"] } }).Items);
        Assert.Equal(("apt", 5, 1, ""), (status.PackageManager, status.PendingCount, status.SecurityCount, status.Problem));
        Assert.Null(status.LastPatchTime);
        Assert.Equal(
            [
                ("virt-bad-health 1 -> 2", false, "Virt:stable-updates"), ("virt-bad-script 1 -> 2", false, "Virt:stable-updates"), ("virt-fills-disk 1 -> 2", false, "Virt:stable-updates"),
                ("virt-good 1 -> 2", true, "Virt-Security:stable-security"), ("virt-reboot 1 -> 2", false, "Virt:stable-updates"),
            ],
            status.Packages.OrderBy(static p => p.Name, StringComparer.Ordinal).Select(static p => (p.ToString(), p.IsSecurity, p.Origin)));

        var begin = DateTimeOffset.UtcNow;
        var result = host.Invoke(Methods.InvokePatch, PatchHost.Patch(container, "virt-good", PatchHost.Serves(8080))).Only();
        TestContext.Current.TestOutputHelper?.WriteLine(PatchHost.Steps(result));
        Assert.True(result.Outcome == PatchOutcome.Patched, $"{result.Message} {PatchHost.Steps(result)}");
        Assert.Equal((PackageState.Updated, "1", "2", true), (result.Packages[0].State, result.Packages[0].FromVersion, result.Packages[0].ToVersion, result.Packages[0].IsSecurity));
        Assert.Equal("2", host.VersionOf(container, "virt-good"));
        Assert.Equal("1", host.VersionOf(container, "virt-reboot"));
        Assert.Equal("HTTP/1.1 200 OK virt-good 2", host.Ask(container, 8080));
        Assert.Contains("1 file", result.Lost, StringComparison.Ordinal);
        Assert.NotNull(result.Downtime);

        var now = host.Get(container);
        Assert.Equal(container.Id, now.Id);
        Assert.Equal((result.RunId.ToString(), "virt-good 1 -> 2"), (now.Labels["virt.patch.run"], now.Labels["virt.patch.packages"]));
        var patched = host.Invoke(Methods.GetPatchStatus, new GetPatchStatus { Targets = new PatchTargets { ContainerIds = [container.Id] } }).Items[0];
        Assert.Equal((4, 0), (patched.PendingCount, patched.SecurityCount));
        Assert.InRange(patched.LastPatchTime!.Value, begin, DateTimeOffset.UtcNow);

        host.Exec(container, "echo later > /root/later");
        var undone = host.Invoke(Methods.UndoPatch, new UndoPatch { Targets = new PatchTargets { ContainerNames = ["api"] } }).Only();
        Assert.Equal((PatchOutcome.Undone, "1 file (6 bytes) that the updated generation had written outside its volumes"), (undone.Outcome, undone.Lost));
        Assert.Equal("1", host.VersionOf(container, "virt-good"));
        Assert.Equal("mine\n", host.Exec(container, "cat /root/note").Output);
    }

    [Fact]
    public async Task An_update_whose_service_is_unhealthy_is_put_back_and_version_1_serves()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var serving = new NewContainer { Name = "api", Image = "debian", Command = ["sh", "-c", "echo began > /var/began; exec virt-bad-health-server 8081"] };
        var container = await host.StartServiceAsync(serving, 8081);
        host.Exec(container, "echo mine > /root/note");
        var result = host.Invoke(Methods.InvokePatch, PatchHost.Patch(container, "virt-bad-health", PatchHost.Serves(8081) with { Timeout = TimeSpan.FromSeconds(1) })).Only();
        Assert.Equal((PatchOutcome.PutBack, "HealthCheckFailed", PackageState.PutBack), (result.Outcome, result.Error?.Id, result.Packages[0].State));
        Assert.Contains("500", result.Message, StringComparison.Ordinal);
        Assert.Equal("1 file (6 bytes) that the updated generation had written outside its volumes", result.Lost);
        Assert.Equal("mine\n", host.Exec(container, "cat /root/note").Output);
        Assert.Equal("1", host.VersionOf(container, "virt-bad-health"));
        await Poll.UntilAsync(() => host.Ask(container, 8081) == "HTTP/1.1 200 OK virt-bad-health 1", "version 1 serves");
    }

    [Theory]
    [InlineData(8080, "test $(cat /usr/share/virt-good/version) = 2", PatchOutcome.Patched, "")]
    [InlineData(9, "", PatchOutcome.PutBack, "port 9")]
    [InlineData(8080, "echo the cache is cold; exit 4", PatchOutcome.PutBack, "the cache is cold")]
    public async Task Its_health_is_a_port_that_takes_connections_and_a_command_that_ends_well(int port, string command, PatchOutcome outcome, string why)
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var container = await host.StartServiceAsync("virt-good", 8080);
        var health = PatchHost.Serves(8080) with { HttpUrl = "", TcpPort = port, Command = command.Length > 0 ? ["sh", "-c", command] : [] };
        var result = host.Invoke(Methods.InvokePatch, PatchHost.Patch(container, "virt-good", outcome == PatchOutcome.Patched ? health : health with { Timeout = TimeSpan.FromSeconds(1) })).Only();
        Assert.True(outcome == result.Outcome, $"{result.Outcome} {result.Message} {PatchHost.Steps(result)}");
        Assert.Contains(why, result.Message, StringComparison.Ordinal);
        Assert.Equal(outcome == PatchOutcome.Patched ? WorkloadHealth.Healthy : WorkloadHealth.Unhealthy, result.Health);
        Assert.Equal(outcome == PatchOutcome.Patched ? "2" : "1", host.VersionOf(container, "virt-good"));
    }

    [Fact]
    public async Task A_package_that_asks_for_a_reboot_is_kept_without_one_and_leaves_no_wish_for_it()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var container = await host.StartServiceAsync("virt-good", 8080);
        var result = host.Invoke(Methods.InvokePatch, PatchHost.Patch(container, "virt-reboot", PatchHost.Serves(8080))).Only();
        Assert.True(result is { Outcome: PatchOutcome.Patched, Rebooted: false, RebootRequired: false }, $"{result.Outcome} {result.Message} {PatchHost.Steps(result)}");
        Assert.Equal("2", host.VersionOf(container, "virt-reboot"));
        Assert.Equal("", host.Exec(container, "ls /run | grep reboot").Output);
        Assert.False(host.Invoke(Methods.GetPatchStatus, new GetPatchStatus { Targets = new PatchTargets { ContainerIds = [container.Id] } }).Items[0].RebootRequired);
    }

    [Fact]
    public async Task A_script_that_fails_leaves_the_running_container_untouched()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var container = await host.StartServiceAsync("virt-good", 8080);
        var result = host.Invoke(Methods.InvokePatch, PatchHost.Patch(container, "virt-bad-script", PatchHost.Serves(8080))).Only();
        Assert.Equal((PatchOutcome.PutBack, "PackageFailed", PackageState.Failed), (result.Outcome, result.Error?.Id, result.Packages[0].State));
        Assert.Contains("post-installation script", result.Packages[0].Message, StringComparison.Ordinal);
        Assert.Contains("this script fails, as it is there to do", result.Output, StringComparison.Ordinal);
        Assert.Equal(container.ProcessId, host.Get(container).ProcessId);
        Assert.Equal("1", host.VersionOf(container, "virt-bad-script"));
    }

    [Fact]
    public async Task An_update_that_fills_the_disk_is_given_up_and_the_container_serves_on()
    {
        await using var host = await TestHost.MakeAsync();
        Directory.CreateDirectory(host.StateFolder);
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=120m,mode=711", "tmpfs", host.StateFolder);
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var container = await host.StartServiceAsync("virt-good", 8080);
        var result = host.Invoke(Methods.InvokePatch, PatchHost.Patch(container, "virt-fills-disk", PatchHost.Serves(8080))).Only();
        Assert.True((PatchOutcome.PutBack, ErrorCode.ResourceExhausted) == (result.Outcome, result.Error?.Code), $"{result.Outcome} {result.Message} {result.Output}");
        Assert.Equal(container.ProcessId, host.Get(container).ProcessId);
        Assert.Equal("HTTP/1.1 200 OK virt-good 1", host.Ask(container, 8080));
    }

    [Theory]
    [InlineData(PatchFailureAction.Stop, PatchOutcome.Failed, "2", PatchOutcome.Skipped)]
    [InlineData(PatchFailureAction.Continue, PatchOutcome.Failed, "2", PatchOutcome.Patched)]
    [InlineData(PatchFailureAction.Rollback, PatchOutcome.PutBack, "1", PatchOutcome.Skipped)]
    public async Task What_is_done_about_a_failure_is_chosen_and_the_others_are_reported_too(PatchFailureAction action, PatchOutcome first, string version, PatchOutcome second)
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var sick = host.Run(new NewContainer { Name = "sick", Image = "debian", Command = ["sleep", "1000"], StopSignal = "KILL" });
        var well = host.Run(new NewContainer { Name = "well", Image = "debian", Command = ["sleep", "1000"], StopSignal = "KILL", Environment = new() { ["WELL"] = "1" } });
        var run = host.Invoke(Methods.InvokePatch, new InvokePatch
        {
            Targets = new PatchTargets { ContainerIds = [sick.Id, well.Id] },
            Filter = new PatchFilter { Include = ["virt-good"] },
            Options = new PatchOptions { BatchSize = "1", OnFailure = action, Health = new HealthCheck { Command = ["sh", "-c", "test $WELL = 1"], Timeout = TimeSpan.FromSeconds(1) } },
        });
        Assert.Equal([("sick", first), ("well", second)], run.Results.Select(static r => (r.Name, r.Outcome)));
        Assert.Equal((version, second == PatchOutcome.Patched ? "2" : "1"), (host.VersionOf(sick, "virt-good"), host.VersionOf(well, "virt-good")));
    }

    [Fact]
    public async Task A_plan_is_applied_exactly_or_not_at_all()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var container = await host.StartServiceAsync("virt-good", 8080);
        var plan = host.Invoke(Methods.NewPatchPlan, new NewPatchPlan { Targets = new PatchTargets { ContainerIds = [container.Id] }, Filter = new PatchFilter { SecurityOnly = true } }).Plan;
        Assert.Equal("virt-good 1 -> 2", Assert.Single(Assert.Single(plan.Targets).Packages).ToString());
        var altered = PatchPlan.WireFormat.Decode(PatchPlan.WireFormat.Encode(plan));
        altered.Targets[0].Packages[0].ToVersion = "3";
        Assert.Equal("PlanAltered", host.Refused(Methods.InvokePatch, new InvokePatch { Plan = altered }).Id);
        var run = host.Invoke(Methods.InvokePatch, new InvokePatch { Plan = plan, Options = new PatchOptions { Health = PatchHost.Serves(8080) } });
        Assert.Equal((PatchOutcome.Patched, plan.Hash), (run.Only().Outcome, run.PlanHash));
        var error = host.Refused(Methods.InvokePatch, new InvokePatch { Plan = plan });
        Assert.Equal((ErrorCode.PlanOutOfDate, "New-PatchPlan -Container api"), (error.Code, error.RecommendedAction));
    }

    [Fact]
    public async Task A_stopped_container_is_patched_and_not_started()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var container = host.Invoke(Methods.NewContainer, new NewContainer { Name = "job", Image = "debian", Command = ["cat", "/usr/share/virt-good/version"] });
        var result = host.Invoke(Methods.InvokePatch, PatchHost.Patch(container, "virt-good")).Only();
        Assert.Equal((PatchOutcome.Patched, WorkloadHealth.None), (result.Outcome, result.Health));
        Assert.Null(host.Get(container).ProcessId);
        host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
        host.WaitFor(container, WaitCondition.Stopped);
        Assert.Equal(["2"], host.Log(container));
    }

    [Fact]
    public async Task A_cancelled_patch_leaves_the_container_as_it_was()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = "patch.apply.acted=hold";
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var container = await host.StartServiceAsync("virt-good", 8080);
        var run = host.Client.Detach(Methods.InvokePatch, PatchHost.Patch(container, "virt-good", PatchHost.Serves(8080)));
        await host.HeldAtAsync("patch.apply.acted");

        // Another session sees how far it is, once or until it ends.
        using var other = Virt.Protocol.Client.VirtClient.Connect(host.Endpoint, "tests/2");
        var seen = Assert.Single(other.Invoke(Methods.GetVirtOperation, new GetVirtOperation { Ids = [run.Id] }).Items);
        Assert.Contains("Apply", seen.Activity, StringComparison.Ordinal);
        Assert.InRange(seen.PercentComplete ?? 0, 1, 99);
        var progress = new ContainerHost.Observer();
        using var watcher = Virt.Protocol.Client.VirtClient.Connect(host.Endpoint, "tests/3");
        var watching = Task.Run(() => watcher.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = run.Id }, observer: progress));
        var stopping = Task.Run(() => other.Invoke(Methods.StopVirtOperation, new StopVirtOperation { Id = run.Id }));
        await host.IsBeingCancelledAsync(run.Id);
        host.Release("patch.apply.acted");
        Assert.Equal(OperationState.Cancelled, (await stopping).State);
        Assert.Equal(OperationState.Cancelled, (await watching).Operation.State);
        Assert.NotEmpty(progress.Progress);
        var ended = host.EndOf(run.Id);
        Assert.Equal((OperationState.Cancelled, PatchOutcome.PutBack), (ended.State, ended.Only().Outcome));
        Assert.Equal(container.ProcessId, host.Get(container).ProcessId);
        Assert.Equal("1", host.VersionOf(container, "virt-good"));
    }
}
