using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Commands that are run one soon after the other, for which a thread of the keeper waits in the container: nothing of that is to be seen.</summary>
public sealed class CommandSeatTests
{
    // Of another container's or the host's cgroup the namespace would show a way upwards.
    private const string Look = "cat /proc/self/cgroup | cut -d: -f3 | grep -v -e '^/$' -e '^/command-'; echo done";

    [Fact]
    public async Task Each_is_in_its_containers_cgroups_also_where_two_containers_take_turns()
    {
        await using var host = await TestHost.StartAsync();
        var (one, two) = (host.Run(ContainerHost.Script("exec sleep 1000", "one")), host.Run(ContainerHost.Script("exec sleep 1000", "two")));
        for (var round = 0; round < 6; round++)
        {
            Assert.Equal("done\n", host.Exec(one, Look).Output);
            Assert.Equal("done\n", host.Exec(one, Look).Output);
            Assert.Equal("done\n", host.Exec(two, Look).Output);
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => Several(host, i % 2 == 0 ? one : two))));
        await Poll.UntilAsync(() => (Processes(host, one), Processes(host, two)) == (1, 1), "the containers' own processes alone");
    }

    [Fact]
    public async Task One_that_takes_too_long_is_killed_and_nothing_else()
    {
        await using var host = await TestHost.StartAsync();
        var (one, other) = (host.Run(ContainerHost.Script("exec sleep 1000", "one") with { Init = true }), host.Run(ContainerHost.Script("exec sleep 1000", "other")));
        for (var round = 0; round < 4; round++)
        {
            Assert.Equal("a\n", host.Exec(one, "echo a").Output);
            Assert.Equal("CommandTimeout", host.Refused(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = one.Id, Command = ["sh", "-c", "sleep 1000 & sleep 1000"], Timeout = TimeSpan.FromMilliseconds(100) }).Id);
            await Poll.UntilAsync(() => Processes(host, one) == 2, "the end of all that it had started");
        }

        Assert.Equal((one.ProcessId, other.ProcessId), (host.Get(one).ProcessId, host.Get(other).ProcessId));
        Assert.Equal("b\n", host.Exec(other, "echo b").Output);
        Assert.Equal(ContainerState.Running, host.Run(ContainerHost.Script("exec sleep 1000", "third")).State);
    }

    [Fact]
    public async Task It_can_be_suspended_limited_stopped_and_found_again_at_once()
    {
        await using var host = await TestHost.StartAsync();
        var one = host.Run(ContainerHost.Script("exec sleep 1000", "one") with { StopTimeout = TimeSpan.FromMilliseconds(20) });
        for (var round = 0; round < 3; round++)
        {
            Commands();
            host.Invoke(Methods.SuspendContainer, new SuspendContainer { Id = one.Id });
            Assert.Equal(ContainerState.Paused, host.Get(one).State);
            Assert.Equal(ContainerState.Running, host.Run(ContainerHost.Script("exec sleep 1000")).State);
            host.Invoke(Methods.ResumeContainer, new ResumeContainer { Id = one.Id });
        }

        Commands();
        if (File.Exists("/dev/vda"))
        {
            // From now on it is in a hierarchy more.
            host.Invoke(Methods.SetContainer, new SetContainer { Id = one.Id, BlockIO = ["/dev/vda:read=10MB"] });
            Commands();
        }

        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Commands();
        host.Invoke(Methods.SuspendContainer, new SuspendContainer { Id = one.Id });
        host.Invoke(Methods.ResumeContainer, new ResumeContainer { Id = one.Id });
        Commands();
        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = one.Id, Timeout = TimeSpan.FromMilliseconds(20) });
        Commands();

        void Commands()
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal("done\n", host.Exec(one, Look).Output);
            }
        }
    }

    private static void Several(TestHost host, Container container)
    {
        using var own = VirtClient.Connect(host.Endpoint, "tests/1");
        for (var i = 0; i < 5; i++)
        {
            var observer = new ContainerHost.Observer();
            own.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["sh", "-c", Look] }, observer: observer);
            Assert.Equal("done\n", observer.Output.ToString());
        }
    }

    private static long? Processes(TestHost host, Container container)
    {
        var seen = new Measured();
        host.Client.Invoke(Methods.MeasureContainer, new MeasureContainer { Id = container.Id }, observer: seen);
        return seen.ProcessCount;
    }

    private sealed class Measured : ICallObserver
    {
        public long? ProcessCount { get; private set; }

        public void OnProgress(ProgressInfo progress)
        {
        }

        public void OnOutput(byte[] bytes, bool isError)
        {
        }

        public void OnItem(Message message) => ProcessCount = MessageCodec.ReadValue(message, ContainerMeasurement.WireFormat.Read).ProcessCount;
    }
}
