using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Containers whose first process is systemd, in the manner of LXC. On this machine's cgroup interface; SystemdGuest.SystemTests has version 2.</summary>
public sealed class SystemTests
{
    // What Debian's systemd cannot have in a container without the host's audit, and says so.
    private static readonly string[] MayFail = ["systemd-journald-audit.socket"];

    private static readonly string Images = RepositoryRoot.File("out", "test-images");

    [Fact]
    public async Task Systemd_comes_up_serves_and_shuts_down_when_it_is_asked_to()
    {
        await using var host = await TestHost.StartAsync("--images", Images);
        var container = host.Run(Init());
        Assert.Equal(ContainerIsolation.System, container.Isolation);
        Assert.Equal(("/sbin/init", "SIGRTMIN+3", TimeSpan.FromSeconds(90)), (Assert.Single(container.Command), container.StopSignal, container.StopTimeout));
        await UpAsync(host, container);
        Assert.Equal("systemd", Line(host, container, "cat /proc/1/comm"));
        Assert.Equal("container-other", Line(host, container, "systemd-detect-virt --container"));
        await Poll.UntilAsync(() => Line(host, container, "busybox wget -q -O - http://127.0.0.1:8080/ 2>/dev/null || true") == "served by systemd", "the service's answer");
        Assert.Equal($"{container.Id:N}", Line(host, container, "cat /etc/machine-id"));
        Assert.Equal($"{container.Id}", Line(host, container, "cat /run/host/container-uuid"));
        Assert.Equal("tmpfs tmpfs", Line(host, container, "echo $(stat -f -c %T /run /run/lock)"));
        var log = host.Log(container);
        Assert.Contains(log, static line => line.Contains("Reached target", StringComparison.Ordinal) && line.Contains("Multi-User System", StringComparison.Ordinal));
        Assert.All(log, static line => Assert.DoesNotContain('\r', line));

        var stopped = host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id });
        Assert.Equal((ContainerState.Stopped, 0, ""), (stopped.State, stopped.ExitCode, stopped.Status));

        // Not what it says of its services: as it ends the getty it hangs up the terminal, and what nobody has read of that yet is lost (tty_hangup).
        log = host.Log(container);
        Assert.Contains(log, static line => line.Contains("Reached target", StringComparison.Ordinal) && line.Contains("System Shutdown", StringComparison.Ordinal));
        Assert.Contains("Exiting container.", log);
    }

    [Fact]
    public async Task Its_services_have_cgroups_of_their_own_and_the_next_start_is_the_same_machine()
    {
        await using var host = await TestHost.StartAsync("--images", Images);
        var container = host.Run(Init());
        await UpAsync(host, container);
        Assert.Equal("/system.slice/web.service", Line(host, container, "systemctl show --property=ControlGroup --value web.service"));
        Assert.Equal(Line(host, container, "systemctl show --property=MainPID --value web.service"), Line(host, container, "cat $(echo /sys/fs/cgroup/system.slice/web.service/cgroup.procs /sys/fs/cgroup/systemd/system.slice/web.service/cgroup.procs | tr ' ' '\\n' | while read f; do test -e $f && echo $f; done)"));
        Assert.Contains("/init.scope", Line(host, container, "cat /proc/1/cgroup"), StringComparison.Ordinal);
        host.Exec(container, "echo kept > /root/file");

        var again = host.Invoke(Methods.RestartContainer, new RestartContainer { Id = container.Id });
        await UpAsync(host, again);
        Assert.Equal($"{container.Id:N} kept", Line(host, container, "echo $(cat /etc/machine-id /root/file)"));
        var other = host.Run(Init());
        Assert.Equal($"{other.Id:N}", Line(host, other, "cat /etc/machine-id"));
    }

    [Fact]
    public async Task Its_root_is_nobody_on_the_host_and_has_its_own_namespaces_alone()
    {
        await using var host = await TestHost.StartAsync("--images", Images);
        var container = host.Run(Init() with { MemoryBytes = 256 << 20 });
        await UpAsync(host, container);
        var uid = File.ReadLines($"/proc/{container.ProcessId}/status").First(static line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
        Assert.True(int.Parse(uid, System.Globalization.CultureInfo.InvariantCulture) >= 65536, uid);
        Assert.DoesNotContain("CAP_SYS_MODULE", container.Capabilities);
        Assert.DoesNotContain("CAP_SYS_BOOT", container.Capabilities);
        // Whatever it unmounts or mounts anew in its own namespaces, the files are the host's root's.
        string[] refused =
        [
            "umount /proc/kcore; head -c 1 /proc/kcore", "mount -o remount,bind,rw /proc/sys; echo 1 > /proc/sys/kernel/panic", "umount /proc/sysrq-trigger; echo h > /proc/sysrq-trigger",
            "mount -o remount,rw /sys; echo 1 > /sys/kernel/mm/ksm/run", "mount -t proc none /mnt && head -c 1 /mnt/kcore", "busybox reboot -f", "mknod /root/sda b 8 0 && head -c 1 /root/sda",
            "mount -t cgroup -o memory none /mnt && echo -1 > /mnt/memory.limit_in_bytes", "mount -t cgroup2 none /mnt && echo max > /mnt/memory.max", "echo 1 > /sys/fs/cgroup/cgroup.kill",
            "dmesg", "unshare -U -r busybox reboot -f",
        ];
        foreach (var script in refused)
        {
            Assert.True(host.Exec(container, script).Exit.ExitCode != 0, $"{script} must not work");
        }

        Assert.Equal(ContainerState.Running, host.Get(container).State);
    }

    [Fact]
    public async Task On_a_host_without_version_2_systemd_has_the_hierarchy_of_its_name()
    {
        await using var host = await TestHost.MakeAsync();
        Assert.SkipUnless(Directory.Exists("/sys/fs/cgroup/systemd") && Directory.Exists("/sys/fs/cgroup/unified"), "the machine has no cgroup version 1 beside a version 2 without controllers");
        await host.RunAsync("umount", "/sys/fs/cgroup/unified");
        await host.StartAgentAsync("--images", Images);
        var container = host.Run(Init());
        await UpAsync(host, container);
        Assert.Equal("cgroupfs", Line(host, container, "stat -f -c %T /sys/fs/cgroup/systemd"));
        Assert.Equal(Line(host, container, "systemctl show --property=MainPID --value web.service"), Line(host, container, "cat /sys/fs/cgroup/systemd/system.slice/web.service/cgroup.procs"));
        Assert.Equal(0, host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id }).ExitCode);
    }

    [Theory]
    [InlineData(true, null, "")]
    [InlineData(false, ContainerUserNamespace.Host, "")]
    [InlineData(false, null, "1000")]
    public async Task What_would_give_its_init_the_hosts_rights_or_none_is_refused(bool privileged, ContainerUserNamespace? users, string user)
    {
        await using var host = await TestHost.StartAsync();
        var error = host.Refused(Methods.NewContainer, new NewContainer { Image = ContainerHost.Image, Isolation = ContainerIsolation.System, Privileged = privileged, UserNamespace = users, User = user });
        Assert.Equal("InvalidSystem", error.Id);
        Assert.Equal("InvalidSystem", host.Refused(Methods.NewContainer, Init() with { Image = ContainerHost.Image, Init = true }).Id);
    }

    [Fact]
    public async Task The_console_outlives_the_agent_and_nobody_is_held_by_a_full_one()
    {
        await using var host = await TestHost.StartAsync("--images", Images);
        const string Script = "i=0; while [ $i -lt 20000 ]; do echo line $i > /dev/console; i=$((i+1)); done; echo last > /dev/console; exec sleep 1000";
        var container = host.Run(Init() with { Command = ["/bin/sh", "-c", Script] });
        await host.KillAgentAsync();
        await host.StartAgentAsync("--images", Images);
        await Poll.UntilAsync(() => host.Log(container, tail: 1) is ["last"], "the last line");
        Assert.Equal(20001, host.Log(container).Count);
    }

    private static NewContainer Init() => new() { Image = "debian-system", Isolation = ContainerIsolation.System };

    private static string Line(TestHost host, Container container, string script) => host.Exec(container, script).Output.Trim();

    // "Failed to connect" is what it answers while it begins.
    private static async Task UpAsync(TestHost host, Container container)
    {
        var state = "";
        await Poll.UntilAsync(
            () => (state = Line(host, container, "systemctl is-system-running --wait 2>/dev/null || true")) is "running" or "degraded",
            () => $"the end of its start; it is '{state}', and its log: {string.Join('\n', host.Log(container))}");
        var failed = Line(host, container, "systemctl --failed --plain --no-legend | cut -d ' ' -f 1").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([], failed.Except(MayFail));
    }
}
