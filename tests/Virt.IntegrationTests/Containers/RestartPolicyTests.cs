using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>What the agent starts again, how often, and in which order; and what it asks them.</summary>
public sealed class RestartPolicyTests
{
    [Fact]
    public async Task What_fails_is_started_again_until_it_has_failed_often_enough()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("echo run; exit 3") with { RestartPolicy = RestartPolicy.OnFailure, RestartMaximum = 2 });
        await Poll.UntilAsync(() => host.Get(container) is { RestartCount: 2, State: ContainerState.Stopped }, "the third end");
        Assert.Equal(["run", "run", "run"], host.Log(container));
        Assert.Equal(3, host.Get(container).ExitCode);
    }

    [Fact]
    public async Task While_it_waits_for_its_next_start_it_says_when_that_is_and_why()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exit 3", "c") with { RestartPolicy = RestartPolicy.Always });
        var waiting = await Poll.ForAsync(() => host.Get(container) is { RestartCount: >= 3, NextStartTime: not null } now ? now : null, "the fourth end");
        Assert.Equal(ContainerState.Stopped, waiting.State);
        Assert.Matches(@"^Restarting in \d+ s \(\d+th time, exit code 3\)\.$", waiting.Status);
        Assert.True(waiting.NextStartTime > waiting.ExitTime);
        await Poll.UntilAsync(() => Stop(host, container), "the stop");
        Assert.Equal((null, ""), ((object?)host.Get(container).NextStartTime, host.Get(container).Status));
    }

    [Fact]
    public async Task What_ends_well_is_not_started_again_unless_always()
    {
        await using var host = await TestHost.StartAsync();
        var once = host.RunToEnd(ContainerHost.Script("echo run") with { RestartPolicy = RestartPolicy.OnFailure });
        var always = host.Run(ContainerHost.Script("echo run; sleep 0.02") with { RestartPolicy = RestartPolicy.Always });
        await Poll.UntilAsync(() => host.Log(always).Count >= 3, "the third run");
        Assert.Equal(["run"], host.Log(once));
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = always.Id, Force = true });
    }

    [Fact]
    public async Task What_somebody_stops_stays_stopped_also_while_it_waits()
    {
        await using var host = await TestHost.StartAsync();
        var running = host.Run(ContainerHost.Script("exec sleep 1000") with { RestartPolicy = RestartPolicy.UnlessStopped, StopTimeout = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(ContainerState.Stopped, host.Invoke(Methods.StopContainer, new StopContainer { Id = running.Id }).State);
        var failing = host.Run(ContainerHost.Script("exit 1") with { RestartPolicy = RestartPolicy.UnlessStopped });
        await Poll.UntilAsync(() => host.Get(failing).RestartCount >= 2, "some restarts");
        await Poll.UntilAsync(() => Stop(host, failing), "the stop");
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.All(new[] { running, failing }, c => Assert.Equal(ContainerState.Stopped, host.Get(c).State));
    }

    [Fact]
    public async Task After_the_hosts_stop_and_start_each_runs_that_shall_after_those_that_it_needs()
    {
        await using var host = await TestHost.StartAsync();
        var web = host.Run(Sleeper("web") with { RestartPolicy = RestartPolicy.UnlessStopped, After = ["app"] });
        var app = host.Run(Sleeper("app") with { RestartPolicy = RestartPolicy.OnFailure, After = ["db", "none"] });
        var db = host.Run(Sleeper("db") with { RestartPolicy = RestartPolicy.Always });
        var plain = host.Run(Sleeper("plain"));
        Assert.Equal("StartOrderRing", host.Refused(Methods.SetContainer, new SetContainer { Id = db.Id, After = ["web"] }).Id);
        Assert.Equal("StartOrderRing", host.Refused(Methods.NewContainer, Sleeper("none") with { After = ["web"] }).Id);
        foreach (var container in new[] { web, app, db, plain })
        {
            host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, TurnOff = true, HostStops = true });
        }

        await host.StopAgentAsync();
        await host.StartAgentAsync();
        await Poll.UntilAsync(() => host.Get(web).State == ContainerState.Running, "the last one");
        var started = new[] { db, app, web }.Select(c => host.Get(c).StartTime!.Value).ToList();
        Assert.Equal(started.Order(), started);
        Assert.Equal(ContainerState.Stopped, host.Get(plain).State);
    }

    [Fact]
    public async Task One_that_ends_while_there_is_no_agent_is_started_by_the_next()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { RestartPolicy = RestartPolicy.Always });
        await host.KillAgentAsync();
        await host.RunAsync("kill", "-9", $"{container.ProcessId}");
        await Poll.UntilAsync(() => !Directory.Exists($"/proc/{container.ProcessId}"), "its end");
        await host.StartAgentAsync();
        await Poll.UntilAsync(() => host.Get(container).State == ContainerState.Running, "its start");
        Assert.NotEqual(container.ProcessId, host.Get(container).ProcessId);
    }

    [Fact]
    public async Task Health_is_asked_by_command_port_and_address_and_can_be_waited_for()
    {
        await using var host = await TestHost.StartAsync();
        const string Server = "mkdir /www; echo hi >/www/index.html; sleep 0.1; exec httpd -f -p 8080 -h /www";
        var checks = new[] { new HealthCheck { Command = ["test", "-e", "/www"] }, new HealthCheck { TcpPort = 8080 }, new HealthCheck { HttpUrl = "http://127.0.0.1:8080/index.html" } };
        var all = checks.Select(check => host.Run(ContainerHost.Script(Server) with { Health = check with { Interval = TimeSpan.FromMilliseconds(30), Retries = 2, StartPeriod = TimeSpan.FromSeconds(20) } })).ToList();
        Assert.All(all, c => Assert.Contains(c.Health, new[] { WorkloadHealth.Starting, WorkloadHealth.Healthy }));
        foreach (var container in all)
        {
            Assert.Equal(WorkloadHealth.Healthy, host.WaitFor(container, WaitCondition.Healthy).Health);
        }

        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(WorkloadHealth.Healthy, host.WaitFor(all[1], WaitCondition.Healthy).Health);
    }

    [Fact]
    public async Task Failures_in_a_row_make_it_unhealthy_and_its_policy_starts_it_again()
    {
        await using var host = await TestHost.StartAsync();
        var check = new HealthCheck { Command = ["test", "!", "-e", "/sick"], Interval = TimeSpan.FromMilliseconds(20), Retries = 3 };
        var kept = host.Run(ContainerHost.Script("exec sleep 1000") with { Health = check });
        host.WaitFor(kept, WaitCondition.Healthy);
        host.Exec(kept, "touch /sick");
        await Poll.UntilAsync(() => host.Get(kept) is { Health: WorkloadHealth.Unhealthy, HealthMessage: "'test' ended with 1" }, "its illness");
        Assert.Equal(kept.ProcessId, host.Get(kept).ProcessId);

        var cured = host.Run(ContainerHost.Script("rm -f /sick; exec sleep 1000") with { Health = check, RestartPolicy = RestartPolicy.OnUnhealthy });
        host.WaitFor(cured, WaitCondition.Healthy);
        host.Exec(cured, "touch /sick");
        await Poll.UntilAsync(() => host.Get(cured) is { Health: WorkloadHealth.Healthy, RestartCount: 1 }, "its cure");
        Assert.NotEqual(cured.ProcessId, host.Get(cured).ProcessId);
        Assert.Equal("InvalidRestartPolicy", host.Refused(Methods.NewContainer, ContainerHost.Script("true") with { RestartPolicy = RestartPolicy.OnUnhealthy }).Id);
    }

    private static NewContainer Sleeper(string name) => ContainerHost.Script("exec sleep 1000", name);

    // Between the end of a run and the next start there is nothing to stop but the wait.
    private static bool Stop(TestHost host, Container container)
    {
        try
        {
            return host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id }).State == ContainerState.Stopped;
        }
        catch (VirtException e) when (e.Code == ErrorCode.WrongState)
        {
            return false;
        }
    }
}
