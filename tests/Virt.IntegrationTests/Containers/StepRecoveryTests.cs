using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>
/// The agent is killed between any two steps of a container's creation, start, stop, end and removal: the next agent knows what is, and it can be started, stopped and
/// removed. The names are those of Containers/ContainerFaults.cs, which a unit test compares.
/// </summary>
public sealed class StepRecoveryTests
{
    public static TheoryData<string> Starting => ["container.start.written", "container.start.prepared", "container.start.launched"];

    public static TheoryData<string> Stopping => ["container.stop.written", "container.stop.signalled", "container.end.seen", "container.end.written"];

    public static TheoryData<string> Removing => ["container.remove.written", "container.remove.emptied"];

    [Fact]
    public async Task While_it_is_made()
    {
        await using var host = await KilledAtAsync("container.create.written", static host => host.Invoke(Methods.NewContainer, Sleeper));
        Assert.Equal(ContainerState.Created, Single(host).State);
        await WorksAsync(host);
    }

    [Theory]
    [MemberData(nameof(Starting))]
    public async Task While_one_is_made_and_started(string point)
    {
        await using var host = await KilledAtAsync(point, static host => host.Invoke(Methods.StartContainer, new StartContainer { Create = Sleeper }));
        Assert.Equal(point == "container.start.launched" ? ContainerState.Running : ContainerState.Failed, Single(host).State);
        await WorksAsync(host);
    }

    [Theory]
    [MemberData(nameof(Starting))]
    public async Task While_one_that_is_there_is_started(string point)
    {
        await using var host = await KilledAtAsync(
            point,
            static host => host.Invoke(Methods.StartContainer, new StartContainer { Name = "c" }),
            static host => host.Invoke(Methods.NewContainer, Sleeper));
        await WorksAsync(host);
    }

    [Theory]
    [MemberData(nameof(Stopping))]
    public async Task While_it_is_stopped(string point)
    {
        await using var host = await KilledAtAsync(
            point,
            static host => host.Invoke(Methods.StopContainer, new StopContainer { Name = "c" }),
            static host => host.Invoke(Methods.StartContainer, new StartContainer { Create = Sleeper }));
        await Poll.UntilAsync(() => Single(host).State is ContainerState.Stopped || point == "container.stop.written", "its end");
        if (point != "container.stop.written")
        {
            Assert.Equal(0, Single(host).ExitCode);
        }

        await WorksAsync(host);
    }

    [Theory]
    [MemberData(nameof(Removing))]
    public async Task While_it_is_removed(string point)
    {
        await using var host = await KilledAtAsync(
            point,
            static host => host.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = "c", Force = true }),
            static host => host.Invoke(Methods.StartContainer, new StartContainer { Create = Sleeper }));
        Assert.Empty(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(host.StateFolder, "containers")));
        host.Invoke(Methods.StartContainer, new StartContainer { Create = Sleeper });
        await WorksAsync(host);
    }

    // Its trap ends it at once, whenever it is asked to.
    private static NewContainer Sleeper => ContainerHost.Script("trap 'exit 0' TERM; while :; do sleep 0.02; done", "c");

    private static Container Single(TestHost host) => Assert.Single(host.Invoke(Methods.GetContainer, new GetContainer()).Items);

    private static Task<TestHost> KilledAtAsync(string point, Action<TestHost> act, Action<TestHost>? before = null) => KilledHost.AtAsync(point, act, before is null ? null : async host =>
    {
        before(host);
        await Poll.UntilAsync(() => Single(host) is { State: not ContainerState.Running } or { Uptime.TotalMilliseconds: > 100 }, "its trap");
    });

    private static async Task WorksAsync(TestHost host)
    {
        var container = Single(host);
        if (container.State != ContainerState.Running)
        {
            container = host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
        }

        Assert.Equal("alive\n", host.Exec(container, "echo alive").Output);
        host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, TurnOff = true });
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id });
        await Poll.UntilAsync(() => !Directory.EnumerateFileSystemEntries(Path.Combine(host.StateFolder, "containers")).Any(), "its files' end");
    }
}
