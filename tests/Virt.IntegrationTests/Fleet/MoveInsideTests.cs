using System;
using System.IO;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Packaging;
using Virt.IntegrationTests.SystemdGuest;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>A machine with an agent inside (docs/adr/0032) moves while its containers run.</summary>
public sealed class MoveInsideTests
{
    [Fact]
    public async Task Containers_in_the_guest_run_on_and_are_reached_through_the_host_that_has_it()
    {
        await using var pair = await HostPair.StartAsync("--images", RepositoryRoot.File("out", "test-images"));
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "debian", Generation = 1, MemoryStartupBytes = 768L << 20, ProcessorCount = 2, SwitchName = "none", WithAgent = true });
        pair.A.Start("web01");
        pair.A.Wait("web01", WaitCondition.GuestAgent);
        var client = Connect(pair.A);
        await CopyStarterAsync(pair.A);
        var container = client.Run(ContainerHost.Script("i=0; while :; do i=$((i+1)); echo $i > /srv/n; sleep 0.2; done", "shop"));
        var before = Count(client, container);

        // One call of each kind is under way: neither hangs, whatever becomes of it.
        var command = Task.Run(() => client.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["/bin/sh", "-c", "echo begun; sleep 10000"] }, observer: new Guest.OutputRecorder()));
        var waiting = Task.Run(() =>
        {
            using var own = Connect(pair.A);
            return own.Invoke(Methods.WaitContainer, new WaitContainer { Id = container.Id, For = WaitCondition.Stopped, Timeout = TimeSpan.FromHours(1) });
        });
        await Poll.UntilAsync(() => pair.A.Run("web01", "grep -al '^sleep.10000' /proc/[0-9]*/cmdline 2> /dev/null || true").Length > 0, "the command in the container");
        Assert.Equal(VMMoveMode.Live, HostPair.Move(pair.A, "web01", "b", includeStorage: true).Mode);
        using (var there = Connect(pair.B))
        {
            var found = there.Get(container);
            Assert.Equal((ContainerState.Running, container.ProcessId), (found.State, found.ProcessId));
            Assert.True(Count(there, container) >= before);
            var now = Count(there, container);
            await Poll.UntilAsync(() => Count(there, container) > now, "the container's going on");
            foreach (var call in new Task[] { command, waiting })
            {
                var ended = await Assert.ThrowsAsync<VirtException>(() => call.WaitAsync(Poll.Limit));
                Assert.Equal(ErrorCode.Unavailable, ended.Code);
            }

            Assert.Equal(ErrorCode.NotFound, Assert.Throws<VirtException>(() => Connect(pair.A)).Code);
            client.Dispose();
            there.Remove(there.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, Timeout = TimeSpan.Zero }));
        }
    }

    private static VirtClient Connect(TestHost host) => VirtClient.Connect(VirtEndpoint.Parse($"{host.Endpoint.Text}/vm:web01"), "tests/1");

    // What it has written by now.
    private static int Count(VirtClient client, Container container)
    {
        var output = new Guest.OutputRecorder();
        client.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["/bin/sh", "-c", "cat /srv/n"] }, observer: output);
        return int.TryParse(output.Output, out var count) ? count : 0;
    }

    private static async Task CopyStarterAsync(TestHost host)
    {
        var archive = Path.Combine(host.Files, "starter.tar");
        ProgramRun.Output0("tar", "-C", RepositoryRoot.File("out", "images"), "-cf", archive, "containers/starter");
        await using var input = File.OpenRead(archive);
        host.Client.Invoke(Methods.CopyVMFile, new CopyVMFile { Name = "web01", IsInto = true, Path = "/root/starter.tar", FileName = "starter.tar", SizeBytes = input.Length, AnswerTimeout = Poll.Limit }, stdin: input);
        host.Run("web01", "mkdir -p /usr/share/virt/images && tar -xf /root/starter.tar -C /usr/share/virt/images");
    }
}
