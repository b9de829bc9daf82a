using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Networks;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>
/// What a guest reaches that has broken out into its QEMU: tried by a program in QEMU's place, which the agent starts as it starts QEMU, and by a look at a QEMU from outside.
/// </summary>
public sealed class HypervisorIsolationTests
{
    // Says what it has found; it is run outside as well, where it must find all of it.
    private const string Prober = """
        #!/bin/sh
        [ "$1" = --version ] && exec /usr/bin/qemu-system-x86_64 --version
        found=
        note() { found="$found $1"; }
        for path in /etc/passwd /etc/hostname /root /home /var /run /tmp/x/.. /sys /boot /mnt /dev/mem /dev/shm /proc/sys /proc/meminfo @FILES@; do
            [ -e "$path" ] && note "sees:$path"
        done
        [ "$(ls /proc | grep -c '^[0-9]')" -le 6 ] || note processes
        [ "$(grep -c : /proc/self/net/dev)" = 1 ] || note links
        (: > /usr/virt-probe) 2>/dev/null && note "writes:/usr" && rm /usr/virt-probe
        (: > /virt-probe) 2>/dev/null && note "writes:/" && rm /virt-probe
        (: > /dev/virt-probe) 2>/dev/null && note "writes:/dev" && rm /dev/virt-probe
        kill -0 @VICTIM@ 2>/dev/null && note victim
        grep -q '^CapEff:.*[1-9a-f]' /proc/self/status && note capabilities
        grep -q '^NoNewPrivs:.*1' /proc/self/status || note privileges
        [ "$(id -u)" = 0 ] && note root
        for fd in /proc/self/fd/*; do
            case "$(readlink "$fd")" in *victim*|*@VICTIMID@*) note "holds:$fd";; esac
        done
        echo "found:${found:- nothing}" >&2
        exit 1
        """;

    private static readonly string[] Namespaces = ["mnt", "pid", "ipc"];

    private static readonly string[] Confined = ["NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000"];

    [Fact]
    public async Task Whoever_is_started_in_its_place_finds_nothing_of_another_machine()
    {
        await using var host = await TestHost.StartAsync();
        var victim = host.NewDisk("victim");
        await host.WriteAsync("victim", 1);
        host.Start("victim");
        var process = host.Get("victim").ProcessId;
        host.Invoke(Methods.NewVM, new NewVM { Name = "attacker", MemoryStartupBytes = 32 << 20, SwitchName = "isolated" });
        await host.StopAgentAsync();
        string[] files =
        [
            victim.DiskPath, host.StateFolder, host.RunFolder, host.Folder + "/log",
            Path.Combine(host.RunFolder, "vms", victim.Id.ToString("N"), "qmp"), Path.Combine(host.RunFolder, "vms", victim.Id.ToString("N"), "qga"),
        ];
        Assert.All(files, static file => Assert.True(Path.Exists(file), file));
        host.ProgramFolder = Path.Combine(host.Files, "bin");
        Directory.CreateDirectory(host.ProgramFolder);
        var program = Path.Combine(host.ProgramFolder, "qemu-system-x86_64");
        File.WriteAllText(program, Prober.Replace("@FILES@", string.Join(' ', files), StringComparison.Ordinal).Replace("@VICTIMID@", victim.Id.ToString("N"), StringComparison.Ordinal).Replace("@VICTIM@", $"{process}", StringComparison.Ordinal));
        File.SetUnixFileMode(program, File.GetUnixFileMode(program) | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);

        // Outside it finds all: it knows how to look.
        var outside = await host.RunAsync("sh", "-c", $"sh {program} 2>&1 || true");
        Assert.All(new[] { "sees:/etc/passwd", "sees:" + victim.DiskPath, "processes", "writes:/usr", "writes:/", "victim", "capabilities", "privileges", "root" }, what => Assert.Contains(what, outside));

        await host.StartAgentAsync();
        var error = host.Refused(Methods.StartVM, new StartVM { Name = "attacker" });
        Assert.EndsWith(": found: nothing.", error.Message);
        Assert.Equal(VMState.Running, host.Get("victim").State);
        host.Stop("victim", turnOff: true);
        Assert.Equal("1", await host.ReadAsync(victim.DiskPath));
    }

    [Fact]
    public async Task It_is_in_namespaces_and_a_control_group_of_its_own_and_both_end_with_it()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        host.Start("web01");
        var process = $"/proc/{host.Get("web01").ProcessId}";
        foreach (var kind in Namespaces)
        {
            Assert.NotEqual(new FileInfo($"/proc/{host.Agent.Id}/ns/{kind}").LinkTarget, new FileInfo($"{process}/ns/{kind}").LinkTarget);
        }

        Assert.Equal("bin dev etc lib lib64 proc sbin usr", string.Join(' ', Directory.EnumerateFileSystemEntries(process + "/root").Select(Path.GetFileName).Where(static name => name != "lib32").Order(StringComparer.Ordinal)));
        Assert.All(File.ReadLines(process + "/mountinfo").Where(static line => !line.Contains(" /proc ") && !line.Contains(" /dev/")), static line => Assert.StartsWith("ro,", line.Split(' ')[5]));
        var status = File.ReadAllText(process + "/status");
        Assert.All(Confined, line => Assert.Contains(line, status));

        // In every hierarchy, as soon as its guest runs.
        var group = await GroupAsync(host, process);
        Assert.True(await LimitAsync("memory", "memory.limit_in_bytes", "memory.max") is > 2L << 30 and < 4L << 30, group);
        Assert.InRange(await LimitAsync("pids", "pids.max", "pids.max"), 100, 2000);

        // With the next start it is in another; after a kill of the agent in one as well.
        host.Stop("web01", turnOff: true);
        await Poll.UntilAsync(() => !Directory.EnumerateDirectories("/sys/fs/cgroup", $"{made.Id:N}-*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4, IgnoreInaccessible = true }).Any(), "the end of its control group");
        await host.KillAtAsync("vm.start.launched", client => client.Invoke(Methods.StartVM, new StartVM { Name = "web01" }));
        await Poll.UntilAsync(() => host.Get("web01").State == VMState.Running, "the machine");
        Assert.NotEqual(group, await GroupAsync(host, $"/proc/{host.Get("web01").ProcessId}"));

        async Task<long> LimitAsync(string controller, string old, string name) =>
            long.Parse(await host.RunAsync("sh", "-c", $"cat /sys/fs/cgroup/{controller}{group}/{old} /sys/fs/cgroup{group}/{name} 2>/dev/null | head -1"), System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Only_what_asks_for_the_hosts_network_is_in_it()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.144.1.0/24");
        foreach (var (name, network, isIn) in new[] { ("shared", "lan", false), ("alone", "isolated", false), ("none", "none", false), ("user", "user", true) })
        {
            host.Invoke(Methods.NewVM, new NewVM { Name = name, MemoryStartupBytes = 32 << 20, SwitchName = network });
            host.Start(name);
            var own = new FileInfo($"/proc/{host.Get(name).ProcessId}/ns/net").LinkTarget;
            Assert.Equal((name, isIn), (name, own == new FileInfo($"/proc/{host.Agent.Id}/ns/net").LinkTarget));
        }

        var error = host.Refused(Methods.AddVMNetworkAdapter, new AddVMNetworkAdapter { VMName = "shared", SwitchName = "user" });
        Assert.Equal((ErrorCode.WrongState, "NeedsStop"), (error.Code, error.Id));
        host.Invoke(Methods.AddVMNetworkAdapter, new AddVMNetworkAdapter { VMName = "user", SwitchName = "user" });
    }

    // The same in each hierarchy.
    private static async Task<string> GroupAsync(TestHost host, string process)
    {
        var groups = (await host.RunAsync("cat", process + "/cgroup")).Split('\n').Where(static line => line.Contains("-vms/")).Select(static line => line.Split(':')[2]).Distinct().ToList();
        return Assert.Single(groups);
    }
}
