using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Linux.Cgroups;
using Virt.Linux.Mounts;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

/// <summary>
/// What a container finds in its root besides its image: /proc, /sys, /dev, its names, and what of the kernel it must not see or write.
/// The same as Docker gives (github.com/opencontainers/runtime-spec, config-linux; moby's default spec).
/// </summary>
internal static class Rootfs
{
    private const MountAttributes Inert = MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExecute;

    private static readonly string[] Masked =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    private static readonly (string Name, uint Major, uint Minor)[] Nodes =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    /// <summary>Which devices a container may make and open, as in devices.allow; all others it may neither read nor write.</summary>
    public static IReadOnlyList<string> Devices { get; } =
        ["c *:* m", "b *:* m", .. Nodes.Select(n => $"c {n.Major}:{n.Minor} rwm"), "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm"];

    /// <summary>The same for one that may use all of the host's.</summary>
    public static IReadOnlyList<string> AllDevices { get; } = ["c *:* rwm", "b *:* rwm"];

    /// <summary>What is covered of a /proc as of that of every container.</summary>
    /// <param name="root">Where the root is that it is in.</param>
    public static IEnumerable<RootStep> CoveredOfProc(string root) =>
    [
        .. ReadOnly.Where(static path => path.StartsWith("/proc/", StringComparison.Ordinal)).Select(path => RootStep.ReadOnly(root + path)),
        .. Masked.Where(static path => path.StartsWith("/proc/", StringComparison.Ordinal)).Select(path => RootStep.Mask(root + path)),
    ];

    /// <summary>The files that are written at each start, and so are the agent's and not the container's.</summary>
    public static IReadOnlyList<string> OwnFiles { get; } = ["etc/hostname", "etc/hosts", "etc/resolv.conf"];

    /// <summary>The steps in their order.</summary>
    /// <param name="spec">The container.</param>
    /// <param name="cgroups">Which cgroup interface the host has; with an init of its own, which one that gets.</param>
    /// <param name="hierarchies">v1: the hierarchies that are shown, each by its controllers' names: <c>memory</c>, <c>cpu,cpuacct</c>.</param>
    /// <param name="mounts">What it gets from outside; null: nothing.</param>
    /// <param name="host">How it finds others by name; null: it is alone.</param>
    public static IReadOnlyList<RootStep> Plan(
        ContainerSpec spec, CgroupVersion cgroups, IReadOnlyList<string> hierarchies, RootMounts? mounts = null, ContainerHostNames? host = null)
    {
        if (spec.IsMachine)
        {
            return PlanOfMachine(spec, mounts, host);
        }

        var label = mounts?.Label;
        var steps = new List<RootStep>
        {
            RootStep.Folder("/proc", 0x16D /* 0555 */),
            RootStep.Mount("/proc", "proc", Inert) with { Early = true },
            RootStep.Folder("/sys", 0x16D),
            mounts?.HostSys is { } sys ? RootStep.Attach("/sys", sys) : RootStep.Mount("/sys", "sysfs", SysAttributes(spec)) with { Early = true },
        };
        steps.AddRange(spec.IsSystem ? OwnCgroups(cgroups, label) : Cgroups(cgroups, hierarchies, label));
        steps.AddRange(Dev(spec, label));
        steps.AddRange(Init(spec, mounts));
        steps.AddRange(GivenDevices(spec, mounts));
        steps.AddRange(Names(spec, host));
        steps.AddRange(spec.Tmpfs.Select(t => RootStep.Mount(t.Target, "tmpfs", t.Attributes, [.. t.Options]).Labelled(label) with { Inside = true }));
        steps.AddRange(spec.Volumes.Select((volume, i) => RootStep.Volume(volume.Target, mounts!.Volumes[i])));
        steps.AddRange(Parents(spec.WorkingDirectory).Select(static path => RootStep.Folder(path, 0x1ED /* 0755 */)));
        steps.AddRange(OwnNetwork(spec));
        steps.AddRange(spec.Sysctls.Select(static s => RootStep.Setting("/proc/sys/" + s.Key.Replace('.', '/'), s.Value)));
        if (!spec.Privileged)
        {
            steps.AddRange(ReadOnly.Select(RootStep.ReadOnly));
            steps.AddRange(Masked.Select(path => RootStep.Mask(path, label)));
        }

        if (spec.ReadOnly)
        {
            steps.Add(RootStep.SetAttributes("/", MountAttributes.ReadOnly));
        }

        return steps;
    }

    // Of its own kernel the machine has /sys, memory for its files and settings: Native/Init/prepare.c.
    private static List<RootStep> PlanOfMachine(ContainerSpec spec, RootMounts? mounts, ContainerHostNames? host) =>
    [
        RootStep.Folder("/proc", 0x16D /* 0555 */),
        RootStep.Mount("/proc", "proc", Inert) with { Early = true },
        .. Dev(spec, null),
        .. Names(spec, host),
        .. spec.Volumes.Select((volume, i) => RootStep.Volume(volume.Target, mounts!.Volumes[i])),
        .. Parents(spec.WorkingDirectory).Select(static path => RootStep.Folder(path, 0x1ED /* 0755 */)),
    ];

    private static IEnumerable<RootStep> Cgroups(CgroupVersion version, IReadOnlyList<string> hierarchies, string? label)
    {
        const string Path = "/sys/fs/cgroup";
        if (version == CgroupVersion.V2)
        {
            yield return RootStep.Mount(Path, "cgroup2", Inert | MountAttributes.ReadOnly);
            yield break;
        }

        yield return RootStep.Mount(Path, "tmpfs", Inert, "mode=755").Labelled(label);
        foreach (var hierarchy in hierarchies)
        {
            yield return RootStep.Folder($"{Path}/{hierarchy}", 0x1ED);
            yield return RootStep.Mount($"{Path}/{hierarchy}", "cgroup", Inert | MountAttributes.ReadOnly, hierarchy.Split(','));
        }

        yield return RootStep.SetAttributes(Path, MountAttributes.ReadOnly);
    }

    // Its own alone, which it may write: the cgroup namespace's root is its cgroup.
    private static IEnumerable<RootStep> OwnCgroups(CgroupVersion version, string? label)
    {
        const string Path = "/sys/fs/cgroup";
        if (version == CgroupVersion.V2)
        {
            yield return RootStep.Mount(Path, "cgroup2", Inert);
            yield break;
        }

        yield return RootStep.Mount(Path, "tmpfs", Inert, "mode=755").Labelled(label);
        yield return RootStep.Folder(Path + "/systemd", 0x1ED);
        yield return RootStep.Mount(Path + "/systemd", "cgroup", Inert, "none", "name=systemd");
        yield return RootStep.SetAttributes(Path, MountAttributes.ReadOnly);
    }

    // What an init finds in a container (systemd.io/CONTAINER_INTERFACE), and who it is: an image's machine-id would be the same in every container.
    private static IEnumerable<RootStep> Init(ContainerSpec spec, RootMounts? mounts)
    {
        if (!spec.IsSystem)
        {
            yield break;
        }

        if (mounts is { Console.Length: > 0 })
        {
            yield return RootStep.HostDevice("/dev/console", mounts.Console);
        }

        yield return RootStep.Mount("/run", "tmpfs", MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.StrictAccessTime, "mode=755").Labelled(mounts?.Label) with { Inside = true };
        yield return RootStep.Folder("/run/lock", 0x3FF);
        yield return RootStep.Mount("/run/lock", "tmpfs", Inert, "mode=1777", "size=5m").Labelled(mounts?.Label);
        yield return RootStep.Folder("/run/host", 0x1ED);
        yield return RootStep.File("/run/host/container-manager", "virt\n", 0x124 /* 0444 */);
        yield return RootStep.File("/run/host/container-uuid", $"{mounts?.MachineId:D}\n", 0x124);
        yield return RootStep.File("/etc/machine-id", $"{mounts?.MachineId:N}\n", 0x124);
    }

    // Of the host's /proc and /sys the kernel shows a user namespace no more than these attributes let it.
    public static MountAttributes SysAttributes(ContainerSpec spec) => spec.Privileged ? Inert : Inert | MountAttributes.ReadOnly;

    private static IEnumerable<RootStep> Dev(ContainerSpec spec, string? label)
    {
        yield return RootStep.Folder("/dev", 0x1ED);
        yield return RootStep.Mount("/dev", "tmpfs", MountAttributes.NoSuid | MountAttributes.StrictAccessTime, "mode=755", "size=65536k").Labelled(label);
        foreach (var (name, major, minor) in Nodes)
        {
            yield return spec.HostIds == 0 ? RootStep.CharacterDevice("/dev/" + name, 0x1B6 /* 0666 */, major, minor) : RootStep.HostDevice("/dev/" + name, "/dev/" + name);
        }

        yield return RootStep.Link("/dev/fd", "/proc/self/fd");
        yield return RootStep.Link("/dev/stdin", "/proc/self/fd/0");
        yield return RootStep.Link("/dev/stdout", "/proc/self/fd/1");
        yield return RootStep.Link("/dev/stderr", "/proc/self/fd/2");
        yield return RootStep.Link("/dev/core", "/proc/kcore");
        yield return RootStep.Folder("/dev/pts", 0x1ED);
        yield return RootStep.Mount("/dev/pts", "devpts", MountAttributes.NoSuid | MountAttributes.NoExecute, "newinstance", "ptmxmode=0666", "mode=0620", "gid=5").Labelled(label);
        yield return RootStep.Link("/dev/ptmx", "pts/ptmx");
        yield return RootStep.Folder("/dev/shm", 0x3FF /* 1777 */);
        yield return RootStep.Mount("/dev/shm", "tmpfs", Inert, "mode=1777", FormattableString.Invariant($"size={spec.ShmBytes ?? 64L << 20}")).Labelled(label);
        yield return RootStep.Folder("/dev/mqueue", 0x3FF);
        yield return RootStep.Mount("/dev/mqueue", "mqueue", Inert);
        if (label is not null && spec.HostIds == 0)
        {
            // It came with the IPC namespace, so that mounting it gives it no label; and in a user namespace its root is nobody's, who could label it.
            yield return RootStep.Label("/dev/mqueue", label);
        }
    }

    // Those that the host lets it have, beside those that every container has.
    private static IEnumerable<RootStep> GivenDevices(ContainerSpec spec, RootMounts? mounts)
    {
        for (var i = 0; i < spec.Devices.Count; i++)
        {
            var target = spec.Devices[i].Target;
            foreach (var parent in Parents(target[..target.LastIndexOf('/')]).Skip(1))
            {
                yield return RootStep.Folder(parent, 0x1ED);
            }

            yield return RootStep.HostDevice(target, mounts!.Devices[i]);
        }
    }

    private static IEnumerable<RootStep> Names(ContainerSpec spec, ContainerHostNames? host)
    {
        yield return RootStep.File("/etc/hostname", spec.HostName + "\n", 0x1A4 /* 0644 */);
        var own = $"127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.0.1\t{spec.HostName}\n";
        var hosts = host is { Hosts.Length: > 0 } ? $"{host.Hosts.TrimEnd('\n')}\n{string.Concat(host.Addresses.Select(address => $"{address}\t{spec.HostName}\n"))}" : own;
        yield return RootStep.File("/etc/hosts", hosts + string.Concat(spec.ExtraHosts.Select(static h => $"{h.Value}\t{h.Key}\n")), 0x1A4);
        if (host is { Resolver.Length: > 0 })
        {
            yield return RootStep.File("/etc/resolv.conf", host.Resolver, 0x1A4);
        }
    }

    // As Docker: in a network of its own every user may take any port, and ask with ICMP whether others are there. Groups beyond a user namespace's own cannot be named in it.
    private static IEnumerable<RootStep> OwnNetwork(ContainerSpec spec)
    {
        if (spec.Network != ContainerNetwork.Host)
        {
            yield return RootStep.Setting("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0") with { Optional = true };
            yield return RootStep.Setting("/proc/sys/net/ipv4/ping_group_range", spec.HostIds == 0 ? "0 2147483647" : $"0 {HostIds.Size - 1}") with { Optional = true };
        }
    }

    // Like mkdir -p: a working folder that the image lacks is made.
    private static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }

        if (path.Length > 1)
        {
            yield return path;
        }
    }
}
