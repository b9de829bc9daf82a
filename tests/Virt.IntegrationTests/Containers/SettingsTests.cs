using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>What a container was asked to be, seen from inside it: by its first process, and by a command in it where that is asked for too.</summary>
public sealed class SettingsTests
{
    public static TheoryData<string, NewContainer, string, string> Settings => new()
    {
        { "tmpfs", new NewContainer { Tmpfs = ["/scratch/deep:size=4m,mode=0755"] }, "stat -c %a /scratch/deep; df -k /scratch/deep | tail -1 | awk '{print $2}'; cp /bin/busybox /scratch/deep/x && /scratch/deep/x true 2>&1", "755 4096 /bin/sh: /scratch/deep/x: Permission denied" },
        { "tmpfs that runs programs", new NewContainer { Tmpfs = ["/scratch:exec"] }, "cp /bin/busybox /scratch/true && /scratch/true && stat -c %a /scratch", "1777" },
        { "device", new NewContainer { Devices = ["/dev/fuse:/dev/deep/f:rw"] }, "stat -c '%t:%T %u' /dev/deep/f; exec 3<>/dev/deep/f && echo opened", "a:e5 0 opened" },
        { "device to read", new NewContainer { Devices = ["/dev/fuse:r"] }, "exec 3</dev/fuse && echo read; (exec 3<>/dev/fuse) 2>&1", "read /bin/sh: can't create /dev/fuse: Operation not permitted" },
        { "capability", new NewContainer { AddCapability = ["NET_ADMIN"] }, "ip link set lo mtu 1400 && cat /sys/class/net/lo/mtu", "1400" },
        { "no capability", new NewContainer { DropCapability = ["all"] }, "grep CapBnd /proc/self/status | tr -d '\\t'", "CapBnd:0000000000000000" },
        { "one capability of all", new NewContainer { DropCapability = ["ALL"], AddCapability = ["cap_chown"] }, "grep CapEff /proc/self/status | tr -d '\\t'", "CapEff:0000000000000001" },
        { "new privileges", new NewContainer { AllowNewPrivileges = true }, "grep NoNewPrivs /proc/self/status | tr -d '\\t'", "NoNewPrivs:0" },
        { "ulimit", new NewContainer { Ulimits = ["nofile=100:200", "core=0"] }, "ulimit -Sn; ulimit -Hn; ulimit -c", "100 200 0" },
        { "sysctl", new NewContainer { Sysctls = new() { ["net.core.somaxconn"] = "77", ["kernel.msgmax"] = "4096" } }, "cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax", "77 4096" },
        { "groups", new NewContainer { AdditionalGroups = ["7", "root"], User = "1000:50" }, "id -G", "50 0 7" },
        { "name server", new NewContainer { Network = "host", Dns = ["10.0.0.1", "fd00::1"], DnsSearch = ["a.b"], DnsOptions = ["ndots:2"] }, "cat /etc/resolv.conf", "search a.b nameserver 10.0.0.1 nameserver fd00::1 options ndots:2" },
        { "own network", new NewContainer { User = "1000" }, "cat /proc/sys/net/ipv4/ip_unprivileged_port_start; tr '\\t' ' ' </proc/sys/net/ipv4/ping_group_range", "0 0 65535" },
        { "own network with the host's ids", new NewContainer { UserNamespace = ContainerUserNamespace.Host }, "tr '\\t' ' ' </proc/sys/net/ipv4/ping_group_range", "0 2147483647" },
        { "host", new NewContainer { ExtraHosts = ["db:10.0.0.7", "six:fd00::7"] }, "tail -2 /etc/hosts | tr '\\t' ' '", "10.0.0.7 db fd00::7 six" },
        { "score", new NewContainer { OutOfMemoryScore = 700 }, "cat /proc/self/oom_score_adj", "700" },
        { "processors", new NewContainer { CpuSet = "0" }, "grep Cpus_allowed_list /proc/self/status | tr -d '\\t'", "Cpus_allowed_list:0" },
        { "shares", new NewContainer { CpuShares = 512 }, "cat /sys/fs/cgroup/cpu*/cpu.shares /sys/fs/cgroup/cpu.weight 2>/dev/null | head -1", "512" },
        { "reserved memory", new NewContainer { ReservedMemoryBytes = 8 << 20 }, "cat /sys/fs/cgroup/memory/memory.soft_limit_in_bytes /sys/fs/cgroup/memory.low 2>/dev/null | head -1", "8388608" },
        { "swap", new NewContainer { MemoryBytes = 16 << 20, SwapBytes = 8 << 20 }, "cat /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes /sys/fs/cgroup/memory.swap.max 2>/dev/null | head -1", "25165824" },
        { "shared memory", new NewContainer { ShmBytes = 1 << 20 }, "df -k /dev/shm | tail -1 | awk '{print $2}'", "1024" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task A_setting_is_there(string what, NewContainer request, string script, string expected)
    {
        await using var host = await TestHost.StartAsync();
        var first = host.RunToEnd(request with { Image = ContainerHost.Image, Command = ["/bin/sh", "-c", script] });
        Assert.True(string.Join(' ', host.Log(first)) == expected, $"{what}: {string.Join(' ', host.Log(first))}");
        var container = host.Run(request with { Image = ContainerHost.Image, Command = ["sleep", "1000"] });
        Assert.Equal(expected, host.Exec(container, script + "; true").Output.TrimEnd().Replace('\n', ' '));
    }

    [Fact]
    public async Task What_the_host_has_not_is_refused_when_it_is_made_and_when_it_is_changed()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal("InvalidCpuCount", host.Refused(Methods.NewContainer, ContainerHost.Script("true") with { CpuCount = 4000 }).Id);
        Assert.Equal("InvalidCpuSet", host.Refused(Methods.NewContainer, ContainerHost.Script("true") with { CpuSet = "0,4000" }).Id);
        var made = host.Invoke(Methods.NewContainer, ContainerHost.Script("true", "c") with { LogBytes = 8192, DnsOptions = ["timeout:2"], Network = "host" });
        Assert.Equal((8192L, "timeout:2"), (made.LogBytes, made.DnsOptions[0]));
        Assert.Equal("InvalidCpuCount", host.Refused(Methods.SetContainer, new SetContainer { Id = made.Id, CpuCount = 4000 }).Id);
        Assert.StartsWith("Set-Container c -CpuSet '", host.Refused(Methods.SetContainer, new SetContainer { Id = made.Id, CpuSet = "4000" }).RecommendedAction, StringComparison.Ordinal);
    }

    public static TheoryData<string, NewContainer, SetContainer, string, string> Changes => new()
    {
        { "tmpfs", new NewContainer(), new SetContainer { Tmpfs = ["/scratch:size=4m"] }, "df -k /scratch | tail -1 | awk '{print $2}'", "4096" },
        { "devices", new NewContainer { Devices = ["/dev/fuse"] }, new SetContainer { Devices = [] }, "ls /dev/fuse 2>/dev/null || echo none", "none" },
        { "capabilities", new NewContainer { DropCapability = ["CHOWN"] }, new SetContainer { AddCapability = ["NET_ADMIN"], DropCapability = [] }, "grep CapBnd /proc/self/status | tr -d '\t'", "CapBnd:00000000a80435fb" },
        { "new privileges", new NewContainer(), new SetContainer { AllowNewPrivileges = true }, "grep NoNewPrivs /proc/self/status | tr -d '\t'", "NoNewPrivs:0" },
        { "sysctls", new NewContainer(), new SetContainer { Sysctls = new() { ["net.core.somaxconn"] = "77" } }, "cat /proc/sys/net/core/somaxconn", "77" },
        { "groups", new NewContainer(), new SetContainer { AdditionalGroups = ["7"] }, "id -G", "0 7" },
        { "name servers", new NewContainer { Network = "host", Dns = ["10.0.0.1"] }, new SetContainer { Dns = ["10.0.0.2"], DnsSearch = ["a.b"] }, "cat /etc/resolv.conf", "search a.b nameserver 10.0.0.2" },
        { "hosts", new NewContainer { ExtraHosts = ["db:10.0.0.7"] }, new SetContainer { ExtraHosts = ["db:10.0.0.8"] }, "tail -1 /etc/hosts | tr '\t' ' '", "10.0.0.8 db" },
        { "shared memory", new NewContainer(), new SetContainer { ShmBytes = 1 << 20 }, "df -k /dev/shm | tail -1 | awk '{print $2}'", "1024" },
        { "init", new NewContainer(), new SetContainer { Init = true }, "tr '\\0' ' ' </proc/1/cmdline | grep -c init", "1" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_setting_that_is_changed_is_there_after_it_is_started_anew(string what, NewContainer request, SetContainer change, string script, string expected)
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(request with { Image = ContainerHost.Image, Command = ["/bin/sh", "-c", "echo mine >>/mine; exec sleep 1000"], StopTimeout = TimeSpan.FromMilliseconds(50) });
        await Poll.UntilAsync(() => host.Exec(container, "cat /mine").Output == "mine\n", "its file");
        var told = host.Client.Invoke(Methods.SetContainer, change with { Id = container.Id }, new() { WhatIf = true });
        Assert.Equal("It would be started anew, with all that it has written.", told.Status);
        Assert.Equal(container.ProcessId, host.Get(container).ProcessId);
        var changed = host.Invoke(Methods.SetContainer, change with { Id = container.Id });
        Assert.Contains("started anew", changed.Status, StringComparison.Ordinal);
        var output = host.Exec(container, script).Output.TrimEnd().Replace('\n', ' ');
        Assert.True(output == expected, $"{what}: {output}");
        await Poll.UntilAsync(() => host.Exec(container, "cat /mine").Output == "mine\nmine\n", "its file of both runs");
    }

    [Fact]
    public async Task It_is_asked_otherwise_whether_it_works_while_it_runs()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        Assert.Equal(WorkloadHealth.None, container.Health);
        var change = new SetContainer { Id = container.Id, HealthCommand = ["true"], HealthInterval = TimeSpan.FromMilliseconds(20), HealthRetries = 1 };
        Assert.Equal("It would be changed while it runs.", host.Client.Invoke(Methods.SetContainer, change, new() { WhatIf = true }).Status);
        Assert.Equal(container.ProcessId, host.Invoke(Methods.SetContainer, change).ProcessId);
        host.WaitFor(container, WaitCondition.Healthy);
        host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, HealthCommand = ["false"] });
        await Poll.UntilAsync(() => host.Get(container).Health == WorkloadHealth.Unhealthy, "the other answer");
        Assert.Equal(WorkloadHealth.None, host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, HealthCommand = [] }).Health);
        Assert.Equal(container.ProcessId, host.Get(container).ProcessId);
    }

    [Fact]
    public async Task One_that_has_ended_is_not_made_one_that_goes_when_it_has()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("true", "done"));
        Assert.Equal(ErrorCode.WrongState, host.Refused(Methods.SetContainer, new SetContainer { Id = container.Id, RemoveOnExit = true }).Code);
        var running = host.Run(ContainerHost.Script("exec sleep 1000", "runs"));
        Assert.Equal((running.ProcessId, true), host.Invoke(Methods.SetContainer, new SetContainer { Id = running.Id, RemoveOnExit = true }) is { } changed ? (changed.ProcessId, changed.RemoveOnExit) : default);
        host.Invoke(Methods.StopContainer, new StopContainer { Id = running.Id, TurnOff = true });
        await Poll.UntilAsync(() => host.Invoke(Methods.GetContainer, new GetContainer()).Items.Length == 1, "its removal");
    }

    [Fact]
    public async Task An_entry_point_comes_before_the_command_and_takes_the_place_of_the_images_own()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(["a b"], host.Log(host.RunToEnd(new NewContainer { Image = ContainerHost.Image, Entrypoint = ["echo", "a"], Command = ["b"] })));
        Assert.Equal(["a"], host.Log(host.RunToEnd(new NewContainer { Image = ContainerHost.Image, Entrypoint = ["echo", "a"] })));
    }

    [Fact]
    public async Task Its_own_signal_and_time_end_it()
    {
        await using var host = await TestHost.StartAsync();
        var polite = host.Run(ContainerHost.Script("trap 'echo bye; exit 4' INT; echo ready; while :; do sleep 0.05; done") with { StopSignal = "INT" });
        await Poll.UntilAsync(() => host.Log(polite).Count > 0, "the trap");
        Assert.Equal((4, "SIGINT"), (host.Invoke(Methods.StopContainer, new StopContainer { Id = polite.Id }).ExitCode, polite.StopSignal));
        var deaf = host.Run(ContainerHost.Script("exec sleep 1000") with { StopTimeout = TimeSpan.FromMilliseconds(100) });
        Assert.Equal("Signal 9 ended it.", host.Invoke(Methods.StopContainer, new StopContainer { Id = deaf.Id }).Status);
    }

    [Fact]
    public async Task A_disk_is_read_no_faster_than_it_may()
    {
        await using var host = await TestHost.StartAsync();
        Assert.SkipUnless(File.Exists("/dev/vda"), "the machine has no /dev/vda");
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { BlockIO = ["/dev/vda:read=10MB,writeops=50"] });
        var folder = Directory.EnumerateDirectories("/sys/fs/cgroup/blkio", "virt-*").SelectMany(Directory.EnumerateDirectories).Single(f => File.ReadAllLines(Path.Combine(f, "cgroup.procs")).Contains($"{container.ProcessId}"));
        Assert.EndsWith(" 10485760\n", await File.ReadAllTextAsync(Path.Combine(folder, "blkio.throttle.read_bps_device"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.EndsWith(" 50\n", await File.ReadAllTextAsync(Path.Combine(folder, "blkio.throttle.write_iops_device"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(["/dev/vda:read=10485760,writeops=50"], container.BlockIO);
    }

    [Fact]
    public async Task A_device_that_was_not_given_cannot_be_opened_however_it_is_named()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        Assert.Equal(
            "mknod: /f: Operation not permitted\nno\n",
            host.Exec(container, "mknod /f c 10 229 2>&1; ls /dev/fuse >/dev/null 2>&1 || echo no").Output);
        var error = host.Refused(Methods.NewContainer, ContainerHost.Script("true", "x") with { Devices = ["/dev/no-such"] });
        Assert.Equal(("DeviceNotFound", "Cannot create container 'x': the host has no device '/dev/no-such'."), (error.Id, error.Message));
    }

    [Fact]
    public async Task A_link_in_the_image_does_not_lead_a_tmpfs_out_of_the_root()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { Tmpfs = ["/var/run/x"] });
        Assert.Equal("1\n", host.Exec(container, "grep -c '/x tmpfs' /proc/mounts").Output);
        Assert.DoesNotContain("tmpfs", await host.RunAsync("sh", "-c", "grep /run/x /proc/mounts || true"));
    }
}
