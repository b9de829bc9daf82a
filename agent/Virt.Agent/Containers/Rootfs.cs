using System.Collections.Generic;
using System.Linq;
using Microsoft.Win32.SafeHandles;
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

    /// <summary>The files that are written at each start, and so are the agent's and not the container's.</summary>
    public static IReadOnlyList<string> OwnFiles { get; } = ["etc/hostname", "etc/hosts", "etc/resolv.conf"];

    /// <summary>The steps in their order.</summary>
    /// <param name="spec">The container.</param>
    /// <param name="cgroups">Which cgroup interface the host has.</param>
    /// <param name="hierarchies">v1: the hierarchies that are shown, each by its controllers' names: <c>memory</c>, <c>cpu,cpuacct</c>.</param>
    /// <param name="volumes">A detached mount for each of the spec's volumes; null: it has none.</param>
    /// <param name="host">How it finds others by name; null: it is alone.</param>
    public static IReadOnlyList<RootStep> Plan(
        ContainerSpec spec, CgroupVersion cgroups, IReadOnlyList<string> hierarchies, IReadOnlyList<SafeFileHandle>? volumes = null, ContainerHostNames? host = null)
    {
        var steps = new List<RootStep>
        {
            RootStep.Folder("/proc", 0x16D /* 0555 */),
            RootStep.Mount("/proc", "proc", Inert),
            RootStep.Folder("/sys", 0x16D),
            RootStep.Mount("/sys", "sysfs", Inert | MountAttributes.ReadOnly),
        };
        steps.AddRange(Cgroups(cgroups, hierarchies));
        steps.AddRange(Dev());
        steps.AddRange(Names(spec.HostName, host));
        steps.AddRange(spec.Volumes.Select((volume, i) => RootStep.Volume(volume.Target, volumes![i])));
        steps.AddRange(Parents(spec.WorkingDirectory).Select(static path => RootStep.Folder(path, 0x1ED /* 0755 */)));
        steps.AddRange(ReadOnly.Select(RootStep.ReadOnly));
        steps.AddRange(Masked.Select(RootStep.Mask));
        if (spec.ReadOnly)
        {
            steps.Add(RootStep.SetAttributes("/", MountAttributes.ReadOnly));
        }

        return steps;
    }

    private static IEnumerable<RootStep> Cgroups(CgroupVersion version, IReadOnlyList<string> hierarchies)
    {
        const string Path = "/sys/fs/cgroup";
        if (version == CgroupVersion.V2)
        {
            yield return RootStep.Mount(Path, "cgroup2", Inert | MountAttributes.ReadOnly);
            yield break;
        }

        yield return RootStep.Mount(Path, "tmpfs", Inert, "mode=755");
        foreach (var hierarchy in hierarchies)
        {
            yield return RootStep.Folder($"{Path}/{hierarchy}", 0x1ED);
            yield return RootStep.Mount($"{Path}/{hierarchy}", "cgroup", Inert | MountAttributes.ReadOnly, hierarchy.Split(','));
        }

        yield return RootStep.SetAttributes(Path, MountAttributes.ReadOnly);
    }

    private static IEnumerable<RootStep> Dev()
    {
        yield return RootStep.Folder("/dev", 0x1ED);
        yield return RootStep.Mount("/dev", "tmpfs", MountAttributes.NoSuid | MountAttributes.StrictAccessTime, "mode=755", "size=65536k");
        foreach (var (name, major, minor) in Nodes)
        {
            yield return RootStep.CharacterDevice("/dev/" + name, 0x1B6 /* 0666 */, major, minor);
        }

        yield return RootStep.Link("/dev/fd", "/proc/self/fd");
        yield return RootStep.Link("/dev/stdin", "/proc/self/fd/0");
        yield return RootStep.Link("/dev/stdout", "/proc/self/fd/1");
        yield return RootStep.Link("/dev/stderr", "/proc/self/fd/2");
        yield return RootStep.Link("/dev/core", "/proc/kcore");
        yield return RootStep.Folder("/dev/pts", 0x1ED);
        yield return RootStep.Mount("/dev/pts", "devpts", MountAttributes.NoSuid | MountAttributes.NoExecute, "newinstance", "ptmxmode=0666", "mode=0620", "gid=5");
        yield return RootStep.Link("/dev/ptmx", "pts/ptmx");
        yield return RootStep.Folder("/dev/shm", 0x3FF /* 1777 */);
        yield return RootStep.Mount("/dev/shm", "tmpfs", Inert, "mode=1777", "size=65536k");
        yield return RootStep.Folder("/dev/mqueue", 0x3FF);
        yield return RootStep.Mount("/dev/mqueue", "mqueue", Inert);
    }

    private static IEnumerable<RootStep> Names(string hostName, ContainerHostNames? host)
    {
        yield return RootStep.File("/etc/hostname", hostName + "\n", 0x1A4 /* 0644 */);
        var own = $"127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.0.1\t{hostName}\n";
        yield return RootStep.File("/etc/hosts", host is { Hosts.Length: > 0 } ? $"{host.Hosts.TrimEnd('\n')}\n{string.Concat(host.Addresses.Select(address => $"{address}\t{hostName}\n"))}" : own, 0x1A4);
        if (host is { Resolver.Length: > 0 })
        {
            yield return RootStep.File("/etc/resolv.conf", host.Resolver, 0x1A4);
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
