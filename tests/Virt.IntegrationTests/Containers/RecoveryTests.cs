using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>After kill -9 of the agent at any moment, the next agent knows what there is.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public async Task A_running_container_runs_on_and_is_taken_over()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("i=0; while [ ! -e /stop ]; do echo $((i=i+1)); sleep 0.02; done; exit 17"));
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        var found = host.Get(container);
        Assert.Equal((ContainerState.Running, container.ProcessId, container.StartTime), (found.State, found.ProcessId, found.StartTime));
        host.Exec(container, "touch /stop");
        Assert.Equal(17, host.WaitFor(container, WaitCondition.Stopped).ExitCode);
        var lines = host.Log(container);
        Assert.Equal(Enumerable.Range(1, lines.Count).Select(n => $"{n}"), lines);
    }

    [Fact]
    public async Task What_was_mounted_for_a_moment_when_the_agent_was_killed_goes()
    {
        await using var host = await TestHost.StartAsync();
        await host.KillAgentAsync();
        var left = Path.Combine(host.RunFolder, "places", "mount-1");
        Directory.CreateDirectory(Path.Combine(left, "0"));
        await host.RunAsync("mount", "-t", "tmpfs", "tmpfs", left + "/0");
        await host.RunAsync("mount", "-t", "tmpfs", "tmpfs", left + "/0");
        await host.RunAsync("touch", left + "/0/file");
        await host.StartAgentAsync();
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(host.RunFolder, "places")));
        Assert.DoesNotContain(left, await host.RunAsync("cat", "/proc/mounts"), StringComparison.Ordinal);
        Assert.Equal("alive", host.Log(host.RunToEnd(ContainerHost.Script("echo alive"))).Single());
    }

    [Fact]
    public async Task What_ended_while_no_agent_was_there_is_known_with_code_time_and_output()
    {
        await using var host = await TestHost.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "data")).FullName;
        var container = host.Run(ContainerHost.Script("while [ ! -e /data/go ]; do sleep 0.02; done; echo last; exit 23") with { Volumes = [$"{folder}:/data"] });
        await host.KillAgentAsync();
        await File.WriteAllTextAsync(Path.Combine(folder, "go"), "", TestContext.Current.CancellationToken);
        await Poll.UntilAsync(() => !Directory.Exists($"/proc/{container.ProcessId}"), "the container's end");
        await host.StartAgentAsync();
        var found = host.Get(container);
        Assert.Equal((ContainerState.Stopped, 23), (found.State, found.ExitCode));
        Assert.True(found.ExitTime >= container.StartTime);
        Assert.Equal(["last"], host.Log(container));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Without_agent_and_keeper_a_container_runs_on_and_can_be_stopped()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        // A process that it has just made has its command line too, until it is what it is to be.
        var keeper = TestHost.ProcessesOf(Path.Combine(host.RunFolder, "keeper.sock")).Min();
        await host.KillAgentAsync();
        await host.RunAsync("kill", "-KILL", $"{keeper}");
        await host.StartAgentAsync();
        Assert.Equal((ContainerState.Running, container.ProcessId), (host.Get(container).State, host.Get(container).ProcessId));
        var stopped = host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, TurnOff = true });
        Assert.Equal(ContainerState.Stopped, stopped.State);
        Assert.Equal(0, host.RunToEnd(ContainerHost.Script("exit 0")).ExitCode); // with another keeper
    }

    [Fact]
    public async Task Killed_at_any_moment_of_many_starts_the_next_agent_tells_the_truth()
    {
        await using var host = await TestHost.StartAsync();
        var random = new Random(7);
        for (var round = 0; round < 6; round++)
        {
            var endpoint = host.Endpoint;
            var starting = Task.Run(() =>
            {
                using var client = Virt.Protocol.Client.VirtClient.Connect(endpoint, "tests/1");
                for (var i = 0; ; i++)
                {
                    client.Invoke(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script(i % 2 == 0 ? "exec sleep 1000" : "exit 5") });
                }
            }, TestContext.Current.CancellationToken);
            await Poll.UntilAsync(() => host.Invoke(Methods.GetContainer, new GetContainer()).Items.Length > random.Next(3, 9), "some containers");
            await host.KillAgentAsync();
            await Assert.ThrowsAsync<VirtException>(() => starting);
            await host.StartAgentAsync();
            foreach (var container in host.Invoke(Methods.GetContainer, new GetContainer()).Items)
            {
                var settled = container.Command[^1] == "exit 5" && container.State == ContainerState.Running ? host.WaitFor(container, WaitCondition.Stopped) : container;
                switch (settled.State)
                {
                    case ContainerState.Running:
                        Assert.Contains("sleep", await File.ReadAllTextAsync($"/proc/{settled.ProcessId}/cmdline", TestContext.Current.CancellationToken));
                        break;
                    case ContainerState.Stopped:
                        Assert.Equal(5, settled.ExitCode);
                        break;
                    case ContainerState.Failed:
                        Assert.Equal("The agent ended while it was being started.", settled.Status);
                        break;
                    default:
                        Assert.Equal(ContainerState.Created, settled.State);
                        break;
                }

                host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = settled.Id, Force = true });
            }

            // Nothing runs that no container stands for.
            Assert.Empty(host.ContainersProcessesOf("sleep\u00001000"));
        }
    }
}
