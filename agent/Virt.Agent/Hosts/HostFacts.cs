using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace Virt.Agent.Hosts;

/// <summary>Reads what the kernel and the system say of themselves.</summary>
/// <param name="root">The root of /proc, /etc and /sys; <c>/</c> but in tests.</param>
public sealed class HostFacts(string root)
{
    /// <summary>Such as <c>Debian GNU/Linux 12 (bookworm)</c>. Source: os-release(5).</summary>
    public string OperatingSystem
    {
        get
        {
            var line = Lines("etc/os-release").FirstOrDefault(l => l.StartsWith("PRETTY_NAME=", StringComparison.Ordinal));
            return line is null ? "Linux" : line["PRETTY_NAME=".Length..].Trim('"');
        }
    }

    /// <summary>Such as <c>6.1.0-18-amd64</c>.</summary>
    public string KernelVersion => Lines("proc/sys/kernel/osrelease").FirstOrDefault() ?? "";

    /// <summary>What tells this boot of the host from others: random(4), boot_id.</summary>
    public string BootId => Lines("proc/sys/kernel/random/boot_id").FirstOrDefault() ?? "";

    /// <summary>The host's memory in bytes.</summary>
    public long MemoryBytes => Meminfo("MemTotal");

    /// <summary>Memory that could be given out without swapping, in bytes. Source: proc_meminfo(5).</summary>
    public long MemoryAvailableBytes => Meminfo("MemAvailable");

    /// <summary>The huge pages that the host keeps: the size of one, how many there are, and how many of them nobody has or has been promised. Source: Linux, Documentation/admin-guide/mm/hugetlbpage.rst.</summary>
    public (long PageBytes, long Total, long Free) HugePages => (Meminfo("Hugepagesize"), Meminfo("HugePages_Total") / 1024, (Meminfo("HugePages_Free") - Meminfo("HugePages_Rsvd")) / 1024);

    /// <summary>How long the host has been up.</summary>
    public TimeSpan Uptime
    {
        get
        {
            var first = Lines("proc/uptime").FirstOrDefault()?.Split(' ')[0];
            return double.TryParse(first, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
        }
    }

    /// <summary>2 where the controller of memory stands in the one hierarchy, else 1. Source: cgroups(7).</summary>
    public int CgroupVersion =>
        Lines("sys/fs/cgroup/cgroup.controllers").Any(line => line.Split(' ').Contains("memory")) ? 2 : 1;

    /// <summary><c>x64</c> or <c>arm64</c>.</summary>
    public string Architecture { get; } = RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64";

    /// <summary>What the CPU can, in the kernel's words. Source: /proc/cpuinfo, its line flags (x86) or Features (arm64).</summary>
    public IReadOnlyList<string> CpuFlags
    {
        get
        {
            var line = Lines("proc/cpuinfo").FirstOrDefault(static l => l.StartsWith("flags", StringComparison.Ordinal) || l.StartsWith("Features", StringComparison.Ordinal));
            return line is null ? [] : line[(line.IndexOf(':') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    private long Meminfo(string name)
    {
        var line = Lines("proc/meminfo").FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        var kibibytes = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.TryParse(kibibytes, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value * 1024 : 0;
    }

    private string[] Lines(string path)
    {
        var full = Path.Combine(root, path);
        return File.Exists(full) ? File.ReadAllLines(full) : [];
    }
}
