using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Devices;
using Virt.Linux.Files;
using Virt.Linux.Processes;

namespace Virt.Linux.Cgroups;

/// <summary>One cgroup of ours, in all hierarchies.</summary>
public sealed partial class Cgroup
{
    private const string DelegatedNames = "/sys/kernel/cgroup/delegate";
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

    /// <summary>v1: it stands in further hierarchies, such as that of cpuset, beside those in which all of ours stand.</summary>
    public bool IsInFurther => tree.ExtraHierarchies.Any(h => Directory.Exists(System.IO.Path.Combine(h, Path)));

    private bool IsV2 => tree.Version == CgroupVersion.V2;

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

    /// <summary>
    /// Lets a user make cgroups below it and move what is in it there, and nothing else: its limits stay ours (cgroup-v2.rst, Delegation). On v1 it has to be in the hierarchy
    /// for that (<see cref="CgroupLimits.IsDelegated"/>).
    /// </summary>
    /// <param name="owner">The user and the group, as the host counts.</param>
    /// <exception cref="LinuxException">ENOENT: it is not there.</exception>
    public void Delegate(uint owner)
    {
        var folder = System.IO.Path.Combine(tree.Delegable ?? throw new LinuxException("open", Errno.ENOENT, "systemd hierarchy"), Path);
        FileOwner.Set(folder, owner, owner);
        // What the kernel says may be given away; and `tasks`, which is v1's.
        foreach (var name in (System.IO.File.Exists(DelegatedNames) ? System.IO.File.ReadAllLines(DelegatedNames) : ["cgroup.procs", "cgroup.threads", "cgroup.subtree_control"]).Append("tasks"))
        {
            if (System.IO.File.Exists(System.IO.Path.Combine(folder, name)))
                FileOwner.Set(System.IO.Path.Combine(folder, name), owner, owner);
        }
    }

    /// <summary>What it uses now.</summary>
    public CgroupUsage ReadUsage()
    {
        return new CgroupUsage
        {
            MemoryBytes = ReadMemoryBytes(),
            ProcessCount = Number("pids", "pids.current"),
            OutOfMemoryKills = Field("memory", IsV2 ? "memory.events" : "memory.oom_control", "oom_kill") ?? 0,
        };
    }

    /// <summary>Bytes that its processes use, without the file cache that could be dropped at once; null where the host does not count them.</summary>
    public long? ReadMemoryBytes()
    {
        using var reader = new CgroupMemory(tree, System.IO.Path.GetDirectoryName(Path) ?? "");
        return reader.Read(System.IO.Path.GetFileName(Path))?.Bytes;
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

    /// <summary>The same with those of its children, such as the places of commands.</summary>
    public IReadOnlyList<int> ReadAllProcesses()
    {
        if (!IsV2)
            return ReadProcesses(); // they differ in the freezer alone
        var ids = new List<int>(ReadProcesses());
        var folder = System.IO.Path.Combine(tree.Hierarchies[0], Path);
        foreach (var child in Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories) : [])
            ids.AddRange(Ids(System.IO.Path.Combine(child, "cgroup.procs")));
        return ids;
    }

    /// <summary>Processor time that its processes have used; null where the host does not count it.</summary>
    public TimeSpan? ReadCpuTime() => IsV2
        ? Field("cpu", "cpu.stat", "usage_usec") is { } microseconds ? TimeSpan.FromMicroseconds(microseconds) : null
        : Number("cpuacct", "cpuacct.usage") is { } nanoseconds ? TimeSpan.FromTicks(nanoseconds / 100) : null;

    /// <summary>Bytes that its processes have moved from or to disks; null where the host does not count them.</summary>
    /// <param name="old">v1: <c>read</c> or <c>write</c>.</param>
    /// <param name="name">v2: <c>rbytes</c> or <c>wbytes</c>.</param>
    public long? ReadBlockBytes(string old, string name)
    {
        if (Read(IsV2 ? File("io", "io.stat") : File("blkio", "blkio.throttle.io_service_bytes_recursive")) is not { } text)
            return null;
        var sum = 0L;
        foreach (var words in text.Split('\n').Select(static line => line.Split(' ')))
        {
            // v2: `254:0 rbytes=1 wbytes=2 …`; v1: `254:0 Read 1`.
            sum += IsV2
                ? words.Where(w => w.StartsWith(name + "=", StringComparison.Ordinal)).Sum(w => long.Parse(w.AsSpan(name.Length + 1), CultureInfo.InvariantCulture))
                : words.Length == 3 && words[1].Equals(old, StringComparison.OrdinalIgnoreCase) ? long.Parse(words[2], CultureInfo.InvariantCulture) : 0;
        }

        return sum;
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
        // What is frozen takes no signal.
        if (File("freezer", "freezer.state") is { } state && System.IO.File.Exists(state))
            FileHandles.WriteText(state, "THAWED");
    }

    /// <summary>Stops all its processes where they are, or lets them go on; ends when they stand still.</summary>
    /// <exception cref="LinuxException">The host has no freezer.</exception>
    public async Task FreezeAsync(bool isFrozen)
    {
        if (IsV2)
            Write("freezer", "cgroup.freeze", isFrozen ? "1" : "0");
        else
            Write("freezer", "freezer.state", isFrozen ? "FROZEN" : "THAWED");
        while (ReadIsFrozen() != isFrozen)
        {
            // v1: the kernel goes on only when it is asked again. v2: it tells by cgroup.events, which a file's change would have to be watched for.
            if (!IsV2 && isFrozen)
                Write("freezer", "freezer.state", "FROZEN");
            await Task.Delay(1).ConfigureAwait(false);
        }
    }

    /// <summary>True while all of it stands still.</summary>
    public bool ReadIsFrozen() => IsV2 ? Field("freezer", "cgroup.events", "frozen") == 1 : Read(File("freezer", "freezer.state"))?.StartsWith("FROZEN", StringComparison.Ordinal) ?? false;

    /// <summary>Removes it from all hierarchies; one that is gone is fine.</summary>
    /// <returns>False where a process or thread is still in it.</returns>
    /// <exception cref="LinuxException">Any error but ENOENT and EBUSY.</exception>
    public bool TryRemove()
    {
        var gone = true;
        foreach (var hierarchy in tree.Hierarchies.Concat(tree.ExtraHierarchies))
        {
            var folder = System.IO.Path.Combine(hierarchy, Path);
            if (Libc.rmdir(folder) == 0)
                continue;
            // A folder in it, of a command or of the container's own making, is EBUSY as well.
            if (Marshal.GetLastPInvokeError() == Errno.EBUSY)
            {
                CommandGroup.RemoveAll(folder);
                if (Libc.rmdir(folder) == 0)
                    continue;
            }
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

    /// <summary>Makes a place in it for the processes of one command, which can then be killed together.</summary>
    /// <exception cref="LinuxException">ENOENT: the cgroup is gone.</exception>
    public CommandGroup CreateCommand()
    {
        var folders = tree.Hierarchies.Concat(tree.ExtraHierarchies).Select(h => System.IO.Path.Combine(h, Path)).Where(Directory.Exists).ToList();
        return CommandGroup.Create(folders, IsV2 ? folders.FirstOrDefault() ?? throw new LinuxException("mkdir", Errno.ENOENT, Path) : folders.Find(f => f == tree.Folder("freezer", Path)), IsV2);
    }

    /// <summary>v1: <c>cgroup.procs</c> of each hierarchy, through which a process enters; empty on v2.</summary>
    public IReadOnlyList<SafeFileHandle> OpenForEntry() => OpenEach("cgroup.procs");

    /// <summary>v1: <c>tasks</c> of each hierarchy, through which a thread enters; empty on v2.</summary>
    public IReadOnlyList<SafeFileHandle> OpenForThread() => OpenEach("tasks");

    /// <summary>Puts a process that runs already into it, with all its threads. What it has taken of memory until then counts where it was.</summary>
    /// <param name="processId">As this process counts.</param>
    /// <exception cref="LinuxException">ESRCH: it has ended.</exception>
    public void Enter(int processId)
    {
        foreach (var hierarchy in tree.Hierarchies)
            FileHandles.WriteText(System.IO.Path.Combine(hierarchy, Path, "cgroup.procs"), Text(processId));
    }

    private List<SafeFileHandle> OpenEach(string name)
    {
        var files = new List<SafeFileHandle>();
        if (IsV2)
            return files;
        foreach (var hierarchy in tree.Hierarchies.Concat(tree.ExtraHierarchies.Where(h => Directory.Exists(System.IO.Path.Combine(h, Path)))))
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
