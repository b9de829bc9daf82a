using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>A restart, or a change that needs one, is given up while the first process is waited for: the container is what it was.</summary>
public sealed class CancelTests
{
    // It takes SIGTERM, and ends when it may.
    private const string Slow = "trap 'echo asked >>/log; while [ ! -e /go ]; do sleep 0.02; done; exit 0' TERM; rm -f /go; echo run >>/runs; while :; do sleep 0.02; done";

    public static TheoryData<bool> Both => [false, true];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task It_runs_on_as_it_was(bool isChange)
    {
        await using var host = await TestHost.StartAsync();
        var container = await StartAsync(host);
        var error = await CancelledAsync(host, container, isChange);
        Assert.Equal(ErrorCode.Cancelled, error.Code);
        var now = host.Get(container);
        Assert.Equal((ContainerState.Running, container.ProcessId, "1"), (now.State, now.ProcessId, now.Environment["A"]));

        // The next one is not kept from its work, nor by what the first one had asked for.
        var again = host.Invoke(Methods.RestartContainer, new RestartContainer { Id = container.Id, TurnOff = true });
        Assert.Equal((ContainerState.Running, "1"), (again.State, again.Environment["A"]));
        Assert.NotEqual(container.ProcessId, again.ProcessId);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Where_it_ends_of_it_all_the_same_it_is_started_again_as_it_was(bool isChange)
    {
        await using var host = await TestHost.StartAsync();
        var container = await StartAsync(host);
        await CancelledAsync(host, container, isChange);
        host.Exec(container, "touch /go");
        await Poll.UntilAsync(() => host.Get(container) is { State: ContainerState.Running } now && now.ProcessId != container.ProcessId, "the next run");
        Assert.Equal("1", host.Get(container).Environment["A"]);
        await Poll.UntilAsync(() => host.Exec(container, "wc -l </runs").Output == "2\n", "its first line");

        // That was once: what ends by itself now stays stopped.
        host.Exec(container, "touch /go; kill -TERM 1");
        host.WaitFor(container, WaitCondition.Stopped);
        Assert.Equal(ContainerState.Stopped, host.Get(container).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_next_agent_knows_that_it_is_to_run_on(bool endsBetween)
    {
        await using var host = await TestHost.StartAsync();
        var container = await StartAsync(host);
        await CancelledAsync(host, container, isChange: false);
        if (endsBetween)
        {
            await host.KillAgentAsync();
            await host.RunAsync("kill", "-KILL", $"{container.ProcessId}");
            await Poll.UntilAsync(() => !System.IO.Directory.Exists($"/proc/{container.ProcessId}"), "its end");
            await host.StartAgentAsync();
        }
        else
        {
            await host.KillAgentAsync();
            await host.StartAgentAsync();
            host.Exec(container, "touch /go");
        }

        await Poll.UntilAsync(() => host.Get(container) is { State: ContainerState.Running } now && now.ProcessId != container.ProcessId, "the next run");
    }

    [Fact]
    public async Task One_that_is_stopped_meanwhile_stays_stopped()
    {
        await using var host = await TestHost.StartAsync();
        var container = await StartAsync(host);
        await CancelledAsync(host, container, isChange: false);
        host.Exec(container, "touch /go");
        host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id });
        Assert.Equal(ContainerState.Stopped, host.Get(container).State);
    }

    [Fact]
    public async Task One_that_stood_still_stands_still()
    {
        await using var host = await TestHost.StartAsync();
        var container = await StartAsync(host);
        host.Invoke(Methods.SuspendContainer, new SuspendContainer { Id = container.Id });
        var refused = host.Refused(Methods.SetContainer, new SetContainer { Id = container.Id, Environment = new() { ["A"] = "2" } });
        Assert.Equal(
            ($"Cannot change container 'c': it is Paused, and would have to be started anew, which would let it run; Running or Stopped is required.", "Resume-Container -Name c"),
            (refused.Message, refused.RecommendedAction));
        Assert.Equal((ContainerState.Paused, container.ProcessId), (host.Get(container).State, host.Get(container).ProcessId));

        // What can change while it runs can while it stands still.
        Assert.Equal((ContainerState.Paused, 512L), (host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, CpuShares = 512 }).State, host.Get(container).CpuShares));
        await CancelledAsync(host, container, isChange: false);
        Assert.Equal((ContainerState.Paused, container.ProcessId), (host.Get(container).State, host.Get(container).ProcessId));
        host.Invoke(Methods.ResumeContainer, new ResumeContainer { Id = container.Id });
        host.Exec(container, "touch /go");
    }

    private static async Task<Container> StartAsync(TestHost host)
    {
        var container = host.Run(ContainerHost.Script(Slow, "c") with { StopTimeout = TimeSpan.FromMinutes(5), Environment = new() { ["A"] = "1" } });
        await Poll.UntilAsync(() => host.Exec(container, "cat /runs").Output == "run\n", "the trap");
        return container;
    }

    // Asked to end, waited for, and given up: as Ctrl+C does it.
    private static async Task<VirtException> CancelledAsync(TestHost host, Container container, bool isChange)
    {
        using var source = new CancellationTokenSource();
        using var client = VirtClient.Connect(host.Endpoint, "tests/2");
        var call = Task.Run(() => Assert.Throws<VirtException>(() => isChange
            ? client.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Environment = new() { ["A"] = "2" } }, cancellation: source.Token)
            : client.Invoke(Methods.RestartContainer, new RestartContainer { Id = container.Id }, cancellation: source.Token)));
        var log = System.IO.Path.Combine(host.StateFolder, "containers", $"{container.Id}", "upper", "log");
        await Poll.UntilAsync(() => System.IO.File.Exists(log), "the signal");
        await source.CancelAsync();
        return await call;
    }
}
