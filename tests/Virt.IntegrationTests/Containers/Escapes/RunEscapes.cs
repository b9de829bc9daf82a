using System.IO;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers.Escapes;

/// <summary>Published ways out of runc, Docker and LXC that a program tries in a running container (docs/security.md).</summary>
public sealed class RunEscapes
{
    // Asks for what has led out before, and prints the name of each call that was not refused.
    private const string Probe = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <sched.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/mount.h>
        #include <sys/ptrace.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        static void refused(const char *name, long r) { if (r >= 0 || (errno != EPERM && errno != ENOSYS && errno != EACCES)) printf("%s: %ld %s\n", name, r, strerror(errno)); }
        int main(void)
        {
            struct { unsigned bytes; int type; unsigned char f[8]; } root = {8, 1, {2}};
            int dir = open("/", O_RDONLY);
            refused("open_by_handle_at", syscall(SYS_open_by_handle_at, dir, &root, O_RDONLY));
            refused("mount", mount("none", "/mnt", "tmpfs", 0, 0));
            refused("mount cgroup", mount("none", "/mnt", "cgroup", 0, "rdma"));
            refused("umount", umount2("/proc/sys", MNT_DETACH));
            refused("unshare user", unshare(CLONE_NEWUSER));
            refused("unshare mount", unshare(CLONE_NEWNS));
            refused("clone3", syscall(435, 0, 0));
            refused("setns", syscall(SYS_setns, dir, 0));
            refused("pivot_root", syscall(SYS_pivot_root, "/", "/"));
            refused("open_tree", syscall(428, -100, "/", 1));
            refused("fsopen", syscall(430, "tmpfs", 0));
            refused("mount_setattr", syscall(442, -100, "/", 0, 0, 0));
            refused("bpf", syscall(321, 0, 0, 0));
            refused("perf_event_open", syscall(298, 0, 0, -1, -1, 0));
            refused("userfaultfd", syscall(323, 0));
            refused("io_uring_setup", syscall(425, 1, 0));
            refused("keyctl", syscall(250, 0, -3, 1));
            refused("add_key", syscall(248, "user", "x", "x", 1, -3));
            refused("init_module", syscall(175, 0, 0, ""));
            refused("kexec_load", syscall(246, 0, 0, 0, 0));
            refused("reboot", syscall(169, 0xfee1dead, 672274793, 0, 0));
            refused("swapon", syscall(167, "/x", 0));
            refused("settimeofday", syscall(164, "", 0));
            refused("syslog", syscall(103, 3, "", 0));
            refused("iopl", syscall(172, 3));
            refused("quotactl", syscall(179, 0, 0, 0, 0));
            refused("acct", syscall(163, "/x"));
            refused("vsock", syscall(SYS_socket, 40, 1, 0));
            puts("end");
            return 0;
        }
        """;

    /// <summary>Shocker (Docker before 1.0: open_by_handle_at), CVE-2022-0492 (a cgroup's release_agent by way of unshare), and the calls that other ways out have begun with.</summary>
    [Theory]
    [InlineData(ContainerUserNamespace.Private)]
    [InlineData(ContainerUserNamespace.Host)]
    public async Task What_has_led_out_before_is_not_to_be_asked_for(ContainerUserNamespace users)
    {
        await using var host = await TestHost.StartAsync();
        using var image = new HostileImage(host).Program("bin/probe", Probe);
        var container = host.RunToEnd(HostileImage.Script("exec /bin/probe") with { UserNamespace = users });
        Assert.Equal(["end"], host.Log(container));
    }

    /// <summary>CVE-2015-3630, CVE-2017-16539, CVE-2018-10892: kernel files through which a container changed or read the host.</summary>
    [Theory]
    [InlineData(ContainerUserNamespace.Private)]
    [InlineData(ContainerUserNamespace.Host)]
    public async Task The_kernels_files_are_hidden_or_cannot_be_written(ContainerUserNamespace users)
    {
        await using var host = await TestHost.StartAsync();
        const string Script = """
            for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sysrq-trigger /proc/sys/vm/panic_on_oom /proc/sys/fs/binfmt_misc/register /proc/irq/default_smp_affinity /sys/kernel/uevent_helper /sys/kernel/mm/ksm/run /proc/sys/kernel/ns_last_pid; do
                [ ! -e $f ] || (echo 0 >$f) 2>/dev/null && [ -e $f ] && echo "written: $f"
            done
            for f in /proc/kcore /proc/keys /proc/timer_list /proc/latency_stats /proc/sched_debug /proc/acpi/* /proc/scsi/* /proc/asound/* /sys/firmware/* /sys/devices/virtual/powercap/*; do
                [ ! -s $f ] || echo "seen: $f"
            done
            (echo add >/sys/class/net/lo/uevent) 2>/dev/null && echo "written: uevent"
            (echo '|/evil' >/proc/self/attr/current) 2>/dev/null && echo "written: attr"
            find /sys/fs/cgroup -name release_agent -o -name devices.allow -o -name cgroup.procs | while read f; do (echo 1 >$f) 2>/dev/null && echo "written: $f"; done
            echo end
            """;
        var container = host.RunToEnd(ContainerHost.Script(Script) with { UserNamespace = users });
        Assert.Equal(["end"], host.Log(container));
    }

    /// <summary>CVE-2016-9962, CVE-2016-8649, CVE-2015-1334: who comes into a container is attached to, or read, before he is confined.</summary>
    [Fact]
    public async Task Who_comes_in_is_not_seen_before_he_is_confined()
    {
        await using var host = await TestHost.StartAsync();
        const string Watch = """
            while :; do
                for p in /proc/[0-9]*; do
                    [ $p = /proc/1 ] && continue
                    for f in $p/root $p/cwd $p/fd/*; do
                        l=$(readlink $f 2>/dev/null) || continue
                        case $l in /|/proc*|/dev/null|pipe:*|/bin/*|'') ;; *) echo "$f -> $l" ;; esac
                    done
                    (: <$p/mem) 2>/dev/null
                done
            done
            """;
        var container = host.Run(ContainerHost.Script(Watch));
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal("00000000a80425fb\n", host.Exec(container, "grep CapEff /proc/self/status | cut -f2").Output);
        }

        Assert.Empty(host.Log(container));
    }

    /// <summary>CVE-2016-8867, CVE-2022-24769: capabilities that another user than root inherits.</summary>
    [Fact]
    public async Task Another_user_than_root_has_no_capability_and_inherits_none()
    {
        await using var host = await TestHost.StartAsync();
        var script = "grep -E '^Cap(Inh|Prm|Eff|Amb)' /proc/self/status | cut -f2 | sort -u";
        Assert.Equal(["0000000000000000"], host.Log(host.RunToEnd(ContainerHost.Script(script) with { User = "1000" })));
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        Assert.Equal("0000000000000000\n", host.Exec(container, script, new InvokeContainerCommand { User = "1000" }).Output);
        Assert.Equal("0000000000000000\n", host.Exec(container, "grep -E '^Cap(Inh|Amb)' /proc/self/status | cut -f2 | sort -u").Output);
    }

    /// <summary>CVE-2020-15257: an abstract socket of the runtime in the host's network, which no file's permissions protect.</summary>
    [Fact]
    public async Task In_the_hosts_network_nothing_of_ours_listens()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var users in new[] { ContainerUserNamespace.Private, ContainerUserNamespace.Host })
        {
            var container = host.RunToEnd(ContainerHost.Script("grep -c ' @' /proc/net/unix; cat /proc/net/tcp /proc/net/tcp6 | grep -c ' 0A '") with { Network = "host", UserNamespace = users });
            Assert.Equal(["0", "0"], host.Log(container));
        }
    }

    /// <summary>CVE-2014-3499, CVE-2021-41091, CVE-2021-21284: the socket, and the files of containers, as other users of the host and as a container's own ids find them.</summary>
    [Fact]
    public async Task Neither_the_socket_nor_the_files_of_containers_are_for_others()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("cp /bin/busybox /su; chmod 4755 /su; exec sleep 1000"));
        Assert.Equal("700 0", (await host.RunAsync("stat", "-c", "%a %u", Path.Combine(host.StateFolder, "containers", $"{container.Id}"))).Trim());
        Assert.Matches("^6[0-9]0 0$", (await host.RunAsync("stat", "-c", "%a %u", host.Socket)).Trim());
        foreach (var user in new[] { "65534", $"{0x7000_0000}" })
        {
            var seen = await host.RunAsync("setpriv", "--reuid", user, "--regid", user, "--clear-groups", "sh", "-c", $"ls {host.StateFolder}/containers/{container.Id} {host.StateFolder}/containers/{container.Id}/upper 2>&1 || true");
            Assert.DoesNotContain("su", seen.Split('\n'));
        }
    }

    /// <summary>CVE-2023-25809, and the devices controller undone: control groups that a container can write.</summary>
    [Fact]
    public async Task Its_control_groups_are_not_its_own_to_change()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("find /sys/fs/cgroup -type d | while read d; do mkdir $d/x 2>/dev/null && echo $d; done; find /sys/fs/cgroup -type f | while read f; do (echo 1 >$f) 2>/dev/null && echo $f; done; echo end") with { MemoryBytes = 32 << 20 });
        Assert.Equal(["end"], host.Log(container));
    }

    /// <summary>Devices in a folder that a container shares with the host: the way around the devices controller.</summary>
    [Fact]
    public async Task A_device_in_a_shared_folder_cannot_be_made_or_opened()
    {
        await using var host = await TestHost.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "shared")).FullName;
        await host.RunAsync("mknod", Path.Combine(folder, "zero"), "c", "1", "5");
        var container = host.RunToEnd(ContainerHost.Script("mknod /s/mem c 1 1 2>&1; head -c 1 /s/zero 2>&1") with { Volumes = [$"{folder}:/s"] });
        Assert.Equal(["mknod: /s/mem: Operation not permitted", "head: /s/zero: Permission denied"], host.Log(container));
        Directory.Delete(folder, recursive: true);
    }
}
