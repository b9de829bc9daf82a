using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Containers;
using Virt.Linux.Cgroups;
using Virt.Linux.Mounts;
using Virt.Linux.Processes;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class RootfsTests
{
    private static readonly ContainerSpec Spec = new() { Image = "i", Rootfs = "/r", Command = ["sh"], HostName = "box", WorkingDirectory = "/srv/app" };

    [Fact]
    public void What_is_masked_or_read_only_comes_after_what_it_covers()
    {
        var steps = Plan(Spec).ToList();
        var proc = steps.FindIndex(s => s is { Kind: RootStepKind.Mount, Path: "/proc" });
        var dev = steps.FindIndex(s => s is { Kind: RootStepKind.Mount, Path: "/dev" });
        Assert.All(steps.Where(s => s.Kind is RootStepKind.Mask or RootStepKind.ReadOnly), s => Assert.True(steps.IndexOf(s) > proc && steps.IndexOf(s) > dev, s.Path));
        Assert.All(steps.Where(s => s.Kind == RootStepKind.Node), s => Assert.True(steps.IndexOf(s) > dev));
    }

    [Fact]
    public void The_dangerous_files_of_the_kernel_are_covered()
    {
        var masked = Plan(Spec).Where(s => s.Kind == RootStepKind.Mask).Select(s => s.Path).ToHashSet();
        Assert.Superset(new HashSet<string> { "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/acpi", "/proc/scsi", "/sys/firmware" }, masked);
        var readOnly = Plan(Spec).Where(s => s.Kind == RootStepKind.ReadOnly).Select(s => s.Path).ToHashSet();
        Assert.Superset(new HashSet<string> { "/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs" }, readOnly);
    }

    [Fact]
    public void Nothing_that_is_mounted_honours_set_user_id_bits()
    {
        Assert.All(Plan(Spec).Where(s => s.Kind == RootStepKind.Mount), s => Assert.True(s.Attributes.HasFlag(MountAttributes.NoSuid), s.Path));
    }

    [Fact]
    public void One_in_a_machine_has_nothing_of_the_kernels_settings_and_groups_and_its_memory_is_there()
    {
        var steps = Plan(Spec with { Isolation = ContainerIsolation.VM, Tmpfs = [new ContainerTmpfs("/run", [], MountAttributes.NoSuid)], Sysctls = new Dictionary<string, string> { ["net.core.somaxconn"] = "5" }, ReadOnly = true });
        Assert.Equal(["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue"], steps.Where(static s => s.Kind == RootStepKind.Mount).Select(static s => s.Path));
        Assert.DoesNotContain(steps, static s => s.Path.StartsWith("/proc/sys", StringComparison.Ordinal) || s.Path.StartsWith("/sys", StringComparison.Ordinal) || s.Kind == RootStepKind.SetAttributes);
        Assert.Contains(steps, static s => s is { Kind: RootStepKind.Folder, Path: "/srv/app" });
    }

    [Fact]
    public void With_a_label_all_that_is_made_in_memory_has_it_and_what_the_kernel_shows_has_its_own()
    {
        const string Label = "system_u:object_r:container_file_t:s0:c1,c2";
        Assert.DoesNotContain(Plan(Spec), static s => s.Options.Any(static o => o.Key == "context"));
        foreach (var (isolation, ids) in new[] { (ContainerIsolation.Jail, 0u), (ContainerIsolation.Application, HostIds.First), (ContainerIsolation.System, HostIds.First) })
        {
            var spec = Spec with { Isolation = isolation, HostIds = ids, Tmpfs = [new ContainerTmpfs("/cache", ["mode=755"], MountAttributes.NoSuid)] };
            var steps = Rootfs.Plan(spec, CgroupVersion.V1, ["memory"], new RootMounts { Label = Label });
            Assert.All(steps.Where(static s => s is { Kind: RootStepKind.Mount, Type: "tmpfs" or "devpts" } or { Kind: RootStepKind.Mask }), static s => Assert.Equal(Label, Assert.Single(s.Options, static o => o.Key == "context").Value));
            Assert.All(steps.Where(static s => s is { Kind: RootStepKind.Mount, Type: "proc" or "sysfs" or "cgroup" or "mqueue" }), static s => Assert.DoesNotContain(s.Options, static o => o.Key == "context"));
            Assert.Equal(ids == 0 ? [("/dev/mqueue", Label)] : [], steps.Where(static s => s.Kind == RootStepKind.Label).Select(static s => (s.Path, s.Source)));
        }
    }

    [Fact]
    public void A_read_only_root_becomes_so_last()
    {
        Assert.DoesNotContain(Plan(Spec), s => s is { Kind: RootStepKind.SetAttributes, Path: "/" });
        var last = Plan(Spec with { ReadOnly = true })[^1];
        Assert.Equal((RootStepKind.SetAttributes, "/", MountAttributes.ReadOnly), (last.Kind, last.Path, last.Attributes));
    }

    [Fact]
    public void Volumes_lie_over_the_root_and_under_what_hides_the_kernel()
    {
        using var handle = new SafeFileHandle(0, ownsHandle: false);
        var spec = Spec with { Volumes = [new ContainerVolume("/host", "/srv/app/data", false)], ReadOnly = true };
        var steps = Rootfs.Plan(spec, CgroupVersion.V2, [], new RootMounts { Volumes = [handle] }).ToList();
        var volume = steps.FindIndex(s => s is { Kind: RootStepKind.Volume, Path: "/srv/app/data" });
        Assert.Same(handle, steps[volume].Tree);
        Assert.All(steps, s => Assert.True(s.Kind is not (RootStepKind.Mask or RootStepKind.ReadOnly or RootStepKind.SetAttributes) || s.Path.StartsWith("/sys", System.StringComparison.Ordinal) || steps.IndexOf(s) > volume));
    }

    [Fact]
    public void In_the_host_s_network_names_are_found_as_the_host_finds_them()
    {
        var steps = Rootfs.Plan(Spec, CgroupVersion.V2, [], null, new ContainerHostNames("10.0.0.7\tdb\n", "nameserver 10.0.0.1\n"));
        Assert.Equal("10.0.0.7\tdb\n127.0.0.1\tbox\n", steps.Single(s => s.Path == "/etc/hosts").Source);
        Assert.Equal("nameserver 10.0.0.1\n", steps.Single(s => s.Path == "/etc/resolv.conf").Source);
        Assert.DoesNotContain(Plan(Spec), s => s.Path == "/etc/resolv.conf");
    }

    [Fact]
    public void The_working_folder_is_made_from_the_top_down()
    {
        Assert.Equal(["/srv", "/srv/app"], Plan(Spec).Where(s => s is { Kind: RootStepKind.Folder, Path: "/srv" or "/srv/app" }).Select(s => s.Path));
        Assert.DoesNotContain(Plan(Spec with { WorkingDirectory = "/" }), s => s is { Kind: RootStepKind.Folder, Path: "/" or "" });
    }

    [Fact]
    public void Cgroups_are_shown_read_only_as_the_host_has_them()
    {
        var v2 = Rootfs.Plan(Spec, CgroupVersion.V2, []);
        Assert.Single(v2, s => s is { Path: "/sys/fs/cgroup", Type: "cgroup2" } && s.Attributes.HasFlag(MountAttributes.ReadOnly));
        var v1 = Rootfs.Plan(Spec, CgroupVersion.V1, ["memory", "cpu,cpuacct"]);
        var both = Assert.Single(v1, s => s is { Path: "/sys/fs/cgroup/cpu,cpuacct", Type: "cgroup" });
        Assert.Equal(["cpu", "cpuacct"], both.Options.Select(o => o.Key));
        Assert.True(both.Attributes.HasFlag(MountAttributes.ReadOnly));
    }

    [Fact]
    public void An_init_gets_its_own_control_groups_to_write_a_run_in_memory_and_who_it_is()
    {
        var id = Guid.Parse("11112222-3333-4444-5555-666677778888");
        var steps = Rootfs.Plan(Spec with { Isolation = ContainerIsolation.System }, CgroupVersion.V2, ["memory"], new RootMounts { Console = "/dev/pts/7", MachineId = id });
        Assert.Single(steps, s => s is { Path: "/sys/fs/cgroup", Type: "cgroup2" } && !s.Attributes.HasFlag(MountAttributes.ReadOnly));
        Assert.Equal("/dev/pts/7", steps.Single(s => s.Path == "/dev/console").Source);
        Assert.Equal(["/run", "/run/lock"], steps.Where(s => s is { Kind: RootStepKind.Mount, Type: "tmpfs" } && s.Path.StartsWith("/run", StringComparison.Ordinal)).Select(s => s.Path));
        Assert.Equal("11112222333344445555666677778888\n", steps.Single(s => s.Path == "/etc/machine-id").Source);
        Assert.DoesNotContain(Plan(Spec), s => s.Path is "/dev/console" or "/etc/machine-id" or "/run");
        var v1 = Rootfs.Plan(Spec with { Isolation = ContainerIsolation.System }, CgroupVersion.V1, ["memory"]);
        var named = Assert.Single(v1, s => s is { Path: "/sys/fs/cgroup/systemd", Type: "cgroup" });
        Assert.False(named.Attributes.HasFlag(MountAttributes.ReadOnly));
        Assert.DoesNotContain(v1, s => s.Path == "/sys/fs/cgroup/memory");
    }

    private static IReadOnlyList<RootStep> Plan(ContainerSpec spec) => Rootfs.Plan(spec, CgroupVersion.V2, []);
}
