using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>What a container sees and may do: the same list for its first process and for a command run in it.</summary>
public sealed class ConfinementTests
{
    private static readonly Dictionary<string, string> Facts = new(StringComparer.Ordinal)
    {
        ["hostname"] = "box",
        ["grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status | tr -d ' \\t' | tr '\\n' ' '"] =
            "CapInh:0000000000000000 CapPrm:00000000a80425fb CapEff:00000000a80425fb CapBnd:00000000a80425fb CapAmb:0000000000000000 NoNewPrivs:1 Seccomp:2",
        ["ls /sys/class/net; ip -o addr | grep -c 127.0.0.1"] = "lo 1",
        ["ls /dev | tr '\\n' ' '"] = "core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero",
        ["echo x 2>&1 >/proc/sys/kernel/hostname"] = "/bin/sh: can't create /proc/sys/kernel/hostname: Read-only file system",
        ["touch /sys/x 2>&1"] = "touch: /sys/x: Read-only file system",
        ["cat /proc/kcore 2>/dev/null | wc -c; cat /proc/keys 2>/dev/null | wc -c; ls /sys/firmware /proc/scsi 2>/dev/null | grep -vc :"] = "0 0 0",
        ["mount -t tmpfs x /mnt 2>&1"] = "mount: permission denied (are you root?)",
        ["unshare -U true 2>&1"] = "unshare: unshare(0x10000000): Operation not permitted",
        ["mknod /dev/sda b 8 0 2>&1"] = "mknod: /dev/sda: Operation not permitted",
        ["mknod /tmp/zero c 1 5 2>&1"] = "mknod: /tmp/zero: Operation not permitted",
        ["cat /proc/self/uid_map | awk '{print $1, $3}'"] = "0 65536",
        ["ls /proc/self/fd | wc -l"] = "4",
        ["cat /proc/self/cgroup | grep -c '\\.\\.'"] = "0",
        ["grep -c virt- /proc/self/mountinfo"] = "0",
        ["cat /etc/hostname; pwd; echo $HOME $PATH"] = "box / /root /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["kill -l >/dev/null; grep -E 'Sig(Blk|Ign)' /proc/self/status | tr -d '\\n\\t '"] = "SigBlk:0000000000000000SigIgn:0000000000000000",
    };

    [Fact]
    public async Task The_first_process_is_confined()
    {
        await using var host = await TestHost.StartAsync();
        var script = string.Concat(Facts.Keys.Select(command => $"({command}) | tr '\\n' ' '; echo\n")) + "echo $$";
        var container = host.RunToEnd(ContainerHost.Script(script, "first") with { HostName = "box" });
        Assert.Equal([.. Facts.Values, "1"], host.Log(container).Select(l => l.TrimEnd()));
    }

    [Fact]
    public async Task A_command_in_a_container_is_confined_in_the_same_way()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { HostName = "box" });
        var script = string.Concat(Facts.Keys.Select(command => $"({command}) | tr '\\n' ' '; echo\n"));
        var (exit, output, error) = host.Exec(container, script);
        Assert.Equal((0, ""), (exit.ExitCode, error));
        Assert.Equal(Facts.Values, output.Split('\n').SkipLast(1).Select(l => l.TrimEnd()));
        Assert.Contains("sleep 1000", host.Exec(container, "cat /proc/1/cmdline | tr '\\0' ' '").Output);
    }

    [Fact]
    public async Task It_cannot_have_more_memory_than_its_limit_and_the_rest_goes_on()
    {
        await using var host = await TestHost.StartAsync();
        var bystander = host.Run(ContainerHost.Script("exec sleep 1000"));
        var keeper = TestHost.ProcessesOf(Path.Combine(host.RunFolder, "keeper.sock")).Min();
        for (var i = 0; i < 6; i++)
        {
            var container = host.RunToEnd(ContainerHost.Script("exec tail /dev/zero") with { MemoryBytes = 8 << 20 });
            Assert.Equal((137, true, "It reached its memory limit, and the kernel ended it."), (container.ExitCode, container.OutOfMemory, container.Status));
        }

        Assert.Equal(keeper, TestHost.ProcessesOf(Path.Combine(host.RunFolder, "keeper.sock")).Min());
        Assert.Equal(ContainerState.Running, host.Get(bystander).State);
        Assert.Equal("alive\n", host.Exec(bystander, "echo alive").Output);
    }

    [Fact]
    public async Task It_cannot_have_more_processes_than_its_limit()
    {
        await using var host = await TestHost.StartAsync();
        for (var i = 0; i < 2; i++)
        {
            var container = host.Run(ContainerHost.Script("exec sleep 1000") with { ProcessCount = 5 });
            var limit = host.Exec(container, "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true").Output;
            await Poll.UntilAsync(() => (limit = host.Exec(container, "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true").Output) == "5\n", "the exact limit: " + limit);
            var output = host.Exec(container, "for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done");
            Assert.Contains("can't fork", output.Error);
        }
    }

    [Fact]
    public async Task It_cannot_have_more_processor_time_than_its_limit()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { CpuCount = 0.25 });
        var quota = host.Exec(container, "cat /sys/fs/cgroup/cpu*/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max 2>/dev/null | head -1").Output;
        Assert.StartsWith("25000", quota, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_user_is_the_one_of_its_image_and_one_that_is_missing_is_an_error()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("id -u; id -g; echo $HOME; grep CapEff /proc/self/status | tr -d '\\t'") with { User = "1234:77" });
        Assert.Equal(["1234", "77", "/", "CapEff:0000000000000000"], host.Log(container));
        var error = host.Refused(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script("true", "x") with { User = "ghost" } });
        Assert.Equal("Cannot start container 'x': the image's /etc/passwd has no user 'ghost'.", error.Message);
    }

    [Fact]
    public async Task A_read_only_root_cannot_be_written_but_its_devices_can()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("touch /x 2>&1; echo ok >/dev/shm/x; cat /dev/shm/x; echo >/dev/null") with { ReadOnly = true });
        Assert.Equal(["touch: /x: Read-only file system", "ok"], host.Log(container));
    }

    [Fact]
    public async Task Two_containers_see_neither_each_other_nor_each_others_files()
    {
        await using var host = await TestHost.StartAsync();
        var one = host.Run(ContainerHost.Script("echo secret >/file; exec sleep 1001"));
        var two = host.Run(ContainerHost.Script("exec sleep 1002"));
        Assert.Equal(2, host.Exec(two, "echo /proc/[0-9]*").Output.Split(' ').Length); // its first process and the shell
        Assert.DoesNotContain("1001", host.Exec(two, "cat /proc/[0-9]*/cmdline").Output);
        Assert.Equal("", host.Exec(two, "cat /file 2>/dev/null; true").Output);
        Assert.NotEqual(0, host.Exec(two, "nc -z 127.0.0.1 22").Exit.ExitCode);
        Assert.NotEqual(one.ProcessId, two.ProcessId);
    }

    [Fact]
    public async Task An_image_with_a_link_in_the_place_of_proc_is_refused_and_nothing_outside_is_touched()
    {
        await using var host = await TestHost.StartAsync();
        var image = Path.Combine(host.StateFolder, "images", "containers", "hostile");
        var rootfs = Path.Combine(image, "rootfs");
        Directory.CreateDirectory(Path.Combine(rootfs, "bin"));
        await File.WriteAllTextAsync(Path.Combine(image, "image.json"), """{ "command": ["/bin/busybox", "true"] }""", TestContext.Current.CancellationToken);
        File.Copy("/bin/busybox", Path.Combine(rootfs, "bin", "busybox"));
        File.CreateSymbolicLink(Path.Combine(rootfs, "proc"), "bin/../../../../.." + host.Folder);
        try
        {
            var error = host.Refused(Methods.StartContainer, new StartContainer { Create = new NewContainer { Name = "evil", Image = "hostile" } });
            Assert.StartsWith("Cannot start container 'evil': its RootStep could not be set up at '/proc'", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(image, recursive: true);
        }
    }
}
