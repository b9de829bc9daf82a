using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Devices;
using Virt.Linux.Files;
using Virt.Linux.Processes;

namespace Virt.Linux.Cgroups;

/// <summary>One cgroup of ours, in all hierarchies.</summary>
public sealed class Cgroup
{
    private const int Period = 100_000; // microseconds
    private const long SmallestQuota = 1000;
    private readonly CgroupTree tree;

    internal Cgroup(CgroupTree tree, string path)
    {
        this.tree = tree;
        Path = path;
    }

    /// <summary>Below the tree's root.</summary>
    public string Path { get; }

    /// <summary>True where it exists in any hierarchy.</summary>
    public bool Exists
    {
        get
        {
            foreach (var hierarchy in tree.Hierarchies)
            {
                if (Directory.Exists(System.IO.Path.Combine(hierarchy, Path)))
                    return true;
            }
            return false;
        }
    }

    private bool IsV2 => tree.Version == CgroupVersion.V2;

    /// <summary>Sets what is given; what is null stays as it is.</summary>
    /// <exception cref="LinuxException">The host has no such controller (ENOENT), or the value cannot be.</exception>
    public void SetLimits(CgroupLimits limits)
    {
        if (limits.MemoryBytes is { } memory)
        {
            Write("memory", IsV2 ? "memory.max" : "memory.limit_in_bytes", Text(memory));
            // Where swap is not counted, the file is missing and nothing is to be done.
            var swap = File("memory", IsV2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
            if (System.IO.File.Exists(swap))
                FileHandles.WriteText(swap!, IsV2 ? "0" : Text(memory));
        }
        if (limits.CpuCount is { } cpus)
        {
            var quota = Text(Math.Max(SmallestQuota, (long)(cpus * Period)));
            if (IsV2)
            {
                Write("cpu", "cpu.max", $"{quota} {Text(Period)}");
            }
            else
            {
                Write("cpu", "cpu.cfs_period_us", Text(Period));
                Write("cpu", "cpu.cfs_quota_us", quota);
            }
        }
        if (limits.ProcessCount is { } processes)
            Write("pids", "pids.max", Text(processes));
    }

    /// <summary>Says which devices may be made and opened: by the devices controller on v1, by a BPF program on v2.</summary>
    /// <param name="allowed">As in devices.allow, such as <c>c 1:3 rwm</c>.</param>
    /// <exception cref="LinuxException">The kernel does not take it.</exception>
    public void SetDevices(IReadOnlyList<string> allowed)
    {
        if (IsV2)
        {
            using var folder = OpenForBirth()!;
            DeviceFilter.Compile(allowed).Attach(folder);
            return;
        }
        if (!tree.Contains("devices"))
            return;
        Write("devices", "devices.deny", "a");
        foreach (var rule in allowed)
            Write("devices", "devices.allow", rule);
    }

    /// <summary>What it uses now.</summary>
    public CgroupUsage ReadUsage()
    {
        var memory = Number("memory", IsV2 ? "memory.current" : "memory.usage_in_bytes");
        var cache = Field("memory", "memory.stat", IsV2 ? "inactive_file" : "total_inactive_file") ?? 0;
        return new CgroupUsage
        {
            MemoryBytes = memory is { } bytes ? Math.Max(0, bytes - cache) : null,
            ProcessCount = Number("pids", "pids.current"),
            OutOfMemoryKills = Field("memory", IsV2 ? "memory.events" : "memory.oom_control", "oom_kill") ?? 0,
        };
    }

    /// <summary>The processes in it. A process of which only some threads are in it, as is possible on v1, is not.</summary>
    public IReadOnlyList<int> ReadProcesses()
    {
        if (IsV2)
            return Ids(File("pids", "cgroup.procs"));
        // There, cgroup.procs names the process of every single thread.
        var folder = System.IO.Path.Combine(tree.Hierarchies[0], Path);
        var threads = new HashSet<int>(Ids(System.IO.Path.Combine(folder, "tasks")));
        return Ids(System.IO.Path.Combine(folder, "cgroup.procs")).FindAll(threads.Contains);
    }

    /// <summary>Kills every process in it.</summary>
    public void Kill()
    {
        if (IsV2 && File("", "cgroup.kill") is { } kill && System.IO.File.Exists(kill))
        {
            FileHandles.WriteText(kill, "1");
            return;
        }
        foreach (var id in ReadProcesses())
        {
            using var process = PidFd.Open(id);
            process?.Signal(Signals.Kill);
        }
    }

    /// <summary>Removes it from all hierarchies; one that is gone is fine.</summary>
    /// <returns>False where a process or thread is still in it.</returns>
    /// <exception cref="LinuxException">Any error but ENOENT and EBUSY.</exception>
    public bool TryRemove()
    {
        var gone = true;
        foreach (var hierarchy in tree.Hierarchies)
        {
            var folder = System.IO.Path.Combine(hierarchy, Path);
            if (Libc.rmdir(folder) == 0)
                continue;
            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.ENOENT:
                    break;
                case Errno.EBUSY:
                    gone = false;
                    break;
                default:
                    throw Libc.Error("rmdir", folder);
            }
        }
        return gone;
    }

    /// <summary>The folder in which a process can be born; null on v1.</summary>
    public SafeFileHandle? OpenForBirth() => IsV2 ? FileHandles.Open(System.IO.Path.Combine(tree.Hierarchies[0], Path), Libc.O_RDONLY | Libc.O_DIRECTORY) : null;

    /// <summary>v1: <c>cgroup.procs</c> of each hierarchy, through which a process enters; empty on v2.</summary>
    public IReadOnlyList<SafeFileHandle> OpenForEntry() => OpenEach("cgroup.procs");

    /// <summary>v1: <c>tasks</c> of each hierarchy, through which a thread enters; empty on v2.</summary>
    public IReadOnlyList<SafeFileHandle> OpenForThread() => OpenEach("tasks");

    private List<SafeFileHandle> OpenEach(string name)
    {
        var files = new List<SafeFileHandle>();
        if (IsV2)
            return files;
        foreach (var hierarchy in tree.Hierarchies)
            files.Add(FileHandles.OpenForWriting(System.IO.Path.Combine(hierarchy, Path, name)));
        return files;
    }

    private string? File(string controller, string name) => tree.Folder(controller, Path) is { } folder ? System.IO.Path.Combine(folder, name) : null;

    private void Write(string controller, string name, string text) =>
        FileHandles.WriteText(File(controller, name) ?? throw new LinuxException("open", Errno.ENOENT, $"{controller} controller"), text);

    private long? Number(string controller, string name) =>
        long.TryParse(Read(File(controller, name)), CultureInfo.InvariantCulture, out var value) ? value : null;

    private long? Field(string controller, string name, string key)
    {
        foreach (var line in Read(File(controller, name))?.Split('\n') ?? [])
        {
            var space = line.IndexOf(' ');
            if (space == key.Length && line.StartsWith(key, StringComparison.Ordinal))
                return long.TryParse(line.AsSpan(space + 1), CultureInfo.InvariantCulture, out var value) ? value : null;
        }
        return null;
    }

    private static List<int> Ids(string? path)
    {
        var ids = new List<int>();
        foreach (var line in Read(path)?.Split('\n') ?? [])
        {
            if (int.TryParse(line, CultureInfo.InvariantCulture, out var id) && id > 0)
                ids.Add(id);
        }
        return ids;
    }

    private static string? Read(string? path)
    {
        try
        {
            return path is null ? null : System.IO.File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null; // the cgroup is gone, or the controller has no such file
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
