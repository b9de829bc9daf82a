using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.SystemdGuest;

/// <summary>systemd in a container with a subtree of cgroup v2 of its own, under the agent's unit.</summary>
[Collection(SystemdGuestCollection.Name)]
public sealed class SystemTests(SystemdHost host)
{
    [Fact]
    public async Task It_hands_controllers_to_its_services_and_cannot_lift_its_own_limits()
    {
        using var client = await host.ConnectAsync();
        var container = client.Run(new NewContainer { Image = "debian-system", Isolation = ContainerIsolation.System, MemoryBytes = 256 << 20 });
        try
        {
            await Poll.UntilAsync(() => Exec(client, container, "systemctl is-system-running --wait 2>/dev/null || true") is "running" or "degraded", () => $"the end of its start, its log: {string.Join('\n', client.Log(container))}");
            Assert.Equal("active", Exec(client, container, "systemctl is-active web.service"));
            Assert.Equal("67108864", Exec(client, container, "cat /sys/fs/cgroup/system.slice/web.service/memory.max"));
            Assert.Equal("refused 268435456", Exec(client, container, "(echo max > /sys/fs/cgroup/memory.max) 2>/dev/null || echo refused $(cat /sys/fs/cgroup/memory.max)"));
            Assert.Equal("268435456", await host.RunAsync($"cat $(dirname {await host.CgroupOfAsync(container)})/memory.max"));
            var stopped = client.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id });
            Assert.Equal((ContainerState.Stopped, 0), (stopped.State, stopped.ExitCode));
        }
        finally
        {
            client.Remove(container);
        }
    }

    private static string Exec(VirtClient client, Container container, string script)
    {
        var observer = new ContainerHost.Observer();
        client.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["/bin/sh", "-c", script] }, observer: observer);
        return observer.Output.ToString().Trim();
    }
}
