using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Linux.Cgroups;
using Virt.Linux.Processes;
using Xunit;

namespace Virt.IntegrationTests.Linux;

/// <summary>What cgroup v2 gives without controllers, in whichever cgroup2 this machine has mounted.</summary>
public sealed class CgroupV2Tests
{
    private static readonly string? Root = File.ReadLines("/proc/self/mountinfo").Where(l => l.Contains(" - cgroup2 ", StringComparison.Ordinal)).Select(l => l.Split(' ')[4]).FirstOrDefault();

    [Fact]
    public async Task A_process_is_born_in_its_cgroup_and_killed_with_it()
    {
        Assert.SkipWhen(Root is null, "no cgroup2 is mounted");
        await using var fixture = new KeeperFixture();
        var tree = new CgroupTree(Root);
        var parent = $"virt-test-{Environment.ProcessId}";
        var cgroup = tree.Create($"{parent}/one");
        try
        {
            using var birth = cgroup.OpenForBirth();
            using var process = await fixture.Keeper.LaunchAsync(KeeperFixture.Shell("sleep 1000 & wait") with { Cgroup = birth });
            Assert.Equal($"0::/{parent}/one", (await File.ReadAllLinesAsync($"/proc/{process.ProcessId}/cgroup", TestContext.Current.CancellationToken)).Single(l => l.StartsWith("0::", StringComparison.Ordinal)));
            Assert.Contains(process.ProcessId, cgroup.ReadProcesses());
            Assert.False(cgroup.TryRemove());
            cgroup.Kill();
            Assert.Equal(Signals.Kill, (await process.Exited).Signal);
        }
        finally
        {
            await Poll.UntilAsync(cgroup.TryRemove, "the removal of the cgroup");
            tree.RemoveParent(parent);
        }
    }

    [Fact]
    public async Task Only_allowed_devices_can_be_opened()
    {
        Assert.SkipWhen(Root is null, "no cgroup2 is mounted");
        await using var fixture = new KeeperFixture();
        var tree = new CgroupTree(Root);
        var parent = $"virt-test-{Environment.ProcessId}";
        var cgroup = tree.Create($"{parent}/two");
        try
        {
            cgroup.SetDevices(["c *:* m", "c 1:3 rwm", "c 1:5 r"]);
            using var birth = cgroup.OpenForBirth();
            var result = await fixture.Keeper.RunToolAsync(KeeperFixture.Shell(
                $"cd {fixture.Folder}; try() {{ (eval \"$1\") 2>/dev/null && echo yes || echo no; }}; try 'echo x >/dev/null'; try 'head -c 1 /dev/zero >/dev/null'; try 'echo x >/dev/zero'; try 'head -c 1 /dev/urandom >/dev/null'; try 'mknod c c 7 7'; try 'mknod b b 7 7'") with
            { Cgroup = birth, Capabilities = ulong.MaxValue });
            Assert.Equal("yes\nyes\nno\nno\nyes\nno\n", result.OutputText);
        }
        finally
        {
            await Poll.UntilAsync(cgroup.TryRemove, "the removal of the cgroup");
            tree.RemoveParent(parent);
        }
    }
}
