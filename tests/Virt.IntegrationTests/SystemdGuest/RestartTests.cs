using System;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.SystemdGuest;

/// <summary>Containers outlive the agent, whatever ends it, and nothing of what they did meanwhile is lost.</summary>
[Collection(SystemdGuestCollection.Name)]
public sealed class RestartTests(SystemdHost host)
{
    private const string Restart = "systemctl restart virt-agent.service";
    private const string Kill = "systemctl kill --kill-who=main --signal=KILL virt-agent.service";
    private const string Upgrade = "dpkg -i " + SystemdHost.Package;

    // Two lines and an exit code of its own, the second when it is told to end.
    private const string Script = "echo before; while ! test -e /go; do sleep 0.1; done; echo after; exit 42";

    [Theory]
    [InlineData(Restart)]
    [InlineData(Kill)]
    [InlineData(Upgrade)]
    public async Task A_container_runs_on_over(string end)
    {
        Container started;
        using (var client = await host.ConnectAsync())
        {
            started = client.Run(ContainerHost.Script(Script));
        }

        await host.RunAsync(end);
        using var next = await host.ConnectAsync();
        try
        {
            var found = next.Get(started);
            Assert.Equal((ContainerState.Running, started.ProcessId), (found.State, found.ProcessId));
            await EndAsync(started);
            Assert.Equal(42, next.WaitForEnd(started).ExitCode);
            Assert.Equal(["before", "after"], next.Log(started));
        }
        finally
        {
            next.Remove(started);
        }
    }

    [Fact]
    public async Task What_ended_while_the_agent_was_down_is_known_to_the_next()
    {
        Container started;
        using (var client = await host.ConnectAsync())
        {
            started = client.Run(ContainerHost.Script(Script));
        }

        await host.RunAsync("systemctl stop virt-agent.socket virt-agent.service");
        await EndAsync(started);
        await host.UntilAsync($"test ! -e /proc/{started.ProcessId}", "the container's end");
        await host.RunAsync("systemctl start virt-agent.socket");
        using var next = await host.ConnectAsync();
        try
        {
            var found = next.Get(started);
            Assert.Equal((ContainerState.Stopped, 42), (found.State, found.ExitCode));
            Assert.Equal(["before", "after"], next.Log(started));
        }
        finally
        {
            next.Remove(started);
        }
    }

    [Fact]
    public async Task Where_the_keeper_was_killed_too_the_container_runs_on_and_its_unknown_end_is_called_unknown()
    {
        Container started;
        using (var client = await host.ConnectAsync())
        {
            started = client.Run(ContainerHost.Script("while ! test -e /go; do sleep 0.1; done; exit 42"));
        }

        await host.RunAsync("systemctl kill --kill-who=all --signal=KILL virt-agent.service");
        using var next = await host.ConnectAsync();
        try
        {
            var found = next.Get(started);
            Assert.Equal((ContainerState.Running, started.ProcessId), (found.State, found.ProcessId));
            await EndAsync(started);
            var ended = next.WaitForEnd(started);

            // From Linux 6.15 on the kernel tells anybody who holds the process's pidfd.
            Assert.True(ended.ExitCode is 42 || (ended.ExitCode is null && ended.Status.Contains("not known", StringComparison.Ordinal)), $"{ended.ExitCode}: {ended.Status}");
        }
        finally
        {
            next.Remove(started);
        }
    }

    [Fact]
    public async Task The_hosts_reboot_asks_containers_to_end_and_they_start_again_afterwards()
    {
        Container willing, deaf;
        using (var client = await host.ConnectAsync())
        {
            willing = client.Run(ContainerHost.Script("trap 'echo asked to end; exit 3' TERM; echo up; while :; do sleep 0.1; done"));

            // The first process of a PID namespace does not get a SIGTERM that it has no handler for.
            deaf = client.Run(ContainerHost.Script("exec sleep 1000"));
        }

        await host.RebootAsync();
        using var next = await host.ConnectAsync();
        try
        {
            Assert.Equal((ContainerState.Stopped, 3), (next.Get(willing).State, next.Get(willing).ExitCode));
            Assert.Equal(["up", "asked to end"], next.Log(willing));

            // Only an agent that has seen its end knows it: systemd's last kill would have hit the keeper too.
            Assert.Equal((ContainerState.Stopped, 137), (next.Get(deaf).State, next.Get(deaf).ExitCode));
            Assert.Equal(ContainerState.Running, next.Invoke(Methods.StartContainer, new StartContainer { Id = deaf.Id }).State);
        }
        finally
        {
            next.Remove(willing);
            next.Remove(deaf);
        }
    }

    // By one of the container's own users: the host's root is nobody in there, and can make no file. No agent is asked, for there may be none.
    private Task<string> EndAsync(Container container) => host.RunAsync($"nsenter --target {container.ProcessId} --user --mount touch /go");
}
