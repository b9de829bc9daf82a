using System;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Xunit;

namespace Virt.IntegrationTests.SystemdGuest;

/// <summary>Containers limited by the controllers of cgroup v2.</summary>
[Collection(SystemdGuestCollection.Name)]
public sealed class CgroupV2Tests(SystemdHost host)
{
    [Fact]
    public async Task The_limits_stand_in_the_containers_own_cgroup_and_its_usage_is_read()
    {
        using var client = await host.ConnectAsync();
        var container = client.Run(ContainerHost.Script("exec sleep 1000") with { MemoryBytes = 64 << 20, CpuCount = 0.5, ProcessCount = 32 });
        try
        {
            var cgroup = await host.CgroupOfAsync(container);
            Assert.StartsWith("/sys/fs/cgroup/virt-", cgroup, StringComparison.Ordinal);
            Assert.Equal("67108864 50000 100000 32", await host.RunAsync($"cd {cgroup}; echo $(cat memory.max cpu.max pids.max)"));
            Assert.InRange(client.Get(container).MemoryBytes ?? 0, 1, 64 << 20);
        }
        finally
        {
            client.Remove(container);
        }
    }

    [Fact]
    public async Task What_reaches_its_memory_limit_is_killed_and_says_so()
    {
        using var client = await host.ConnectAsync();
        var started = client.Run(ContainerHost.Script("exec awk 'BEGIN { text = \"x\"; while (1) text = text text }'") with { MemoryBytes = 16 << 20 });
        try
        {
            var container = client.WaitForEnd(started);
            Assert.Equal((137, true), (container.ExitCode, container.OutOfMemory));
            Assert.Contains("memory limit", container.Status, StringComparison.Ordinal);
        }
        finally
        {
            client.Remove(started);
        }
    }

    [Fact]
    public async Task What_reaches_its_process_limit_cannot_fork()
    {
        using var client = await host.ConnectAsync();
        var container = client.Run(ContainerHost.Script("(while :; do sleep 1000 & done); echo refused; exec sleep 1000") with { ProcessCount = 8 });
        try
        {
            var cgroup = await host.CgroupOfAsync(container);
            await host.UntilAsync($"grep -q 'max [1-9]' {cgroup}/pids.events", "a fork that was refused");
            await Fixtures.Poll.UntilAsync(() => client.Log(container).Contains("refused"), "the container's word that it cannot fork");
            Assert.Contains(client.Log(container), line => line.Contains("can't fork", StringComparison.Ordinal));
            Assert.InRange(int.Parse(await host.RunAsync($"cat {cgroup}/pids.current"), CultureInfo.InvariantCulture), 2, 8);
        }
        finally
        {
            client.Remove(container);
        }
    }

    [Fact]
    public async Task What_uses_up_its_processor_time_is_throttled()
    {
        using var client = await host.ConnectAsync();
        var container = client.Run(ContainerHost.Script("while :; do :; done") with { CpuCount = 0.1 });
        try
        {
            await host.UntilAsync($"grep -q 'nr_throttled [1-9]' {await host.CgroupOfAsync(container)}/cpu.stat", "a period in which it was throttled");
        }
        finally
        {
            client.Remove(container);
        }
    }

    [Fact]
    public async Task The_cgroup_ends_with_the_container()
    {
        using var client = await host.ConnectAsync();
        var container = client.Run(ContainerHost.Script("exec sleep 1000") with { MemoryBytes = 64 << 20 });
        var cgroup = await host.CgroupOfAsync(container);
        client.Remove(container);
        Assert.Equal("gone", await host.RunAsync($"test -e {cgroup} || echo gone"));
    }

    [Fact]
    public async Task Removing_containers_leaves_nothing()
    {
        using var client = await host.ConnectAsync();
        var containers = Enumerable.Range(0, 3).Select(_ => client.Run(ContainerHost.Script("sleep 1000 & exec sleep 1000") with { MemoryBytes = 64 << 20 })).ToList();
        Assert.Equal("6", await host.RunAsync("grep -lx sleep /proc/[0-9]*/comm | wc -l"));
        containers.ForEach(client.Remove);

        Assert.Equal("0", await host.RunAsync("grep -lx sleep /proc/[0-9]*/comm | wc -l"));
        await host.UntilAsync("[ $(find /sys/fs/cgroup -mindepth 2 -path '*/virt-*/*' -type d | wc -l) = 1 ]", "no cgroup but the one that is ready for the next");
        Assert.Equal("", await host.RunAsync("cat /sys/fs/cgroup/virt-*/*/cgroup.procs"));
        Assert.Equal("", await host.RunAsync("grep -e overlay -e /var/lib/virt -e /run/virt /proc/*/mountinfo || true"));
        Assert.Equal("", await host.RunAsync("find /var/lib/virt /run/virt -mindepth 1 ! -name 'virt.db*' ! -type d ! -name agent.sock ! -name 'keeper*' ! -name host-id ! -name boot-id"));
    }
}
