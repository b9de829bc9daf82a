using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;

namespace Virt.Linux.Cgroups;

/// <summary>
/// The cgroup file systems under one folder. Only children of our own are ever made, limited or removed (cgroups(7),
/// Documentation/admin-guide/cgroup-v1 and cgroup-v2).
/// </summary>
public sealed class CgroupTree
{
    // What limits and counts; on v1 also the hierarchy that says which devices may be opened (on v2 that takes a BPF program).
    private static readonly string[] Wanted = ["memory", "pids", "cpu", "cpuacct", "devices", "freezer"];

    private const UnixFileMode Open755 =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    // Hierarchies of v1 in which only those of our cgroups stand that have such limits; on v2 all controllers are in one.
    private static readonly string[] WantedToo = ["cpuset", "blkio"];
    internal const string Delegation = "delegation"; // stands for the hierarchy of Delegable
    private readonly string root;
    private readonly HashSet<string> prepared = new(StringComparer.Ordinal);

    /// <summary>Looks at what is mounted.</summary>
    /// <param name="root">Where, such as /sys/fs/cgroup.</param>
    public CgroupTree(string root = "/sys/fs/cgroup")
    {
        this.root = root;
        var controllers = Path.Combine(root, "cgroup.controllers");
        Version = File.Exists(controllers) ? CgroupVersion.V2 : CgroupVersion.V1;
        var names = new List<string>();
        var hierarchies = new List<string>();
        if (Version == CgroupVersion.V2)
        {
            names.AddRange(File.ReadAllText(controllers).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
            hierarchies.Add(root);
        }
        else
        {
            foreach (var name in Wanted)
            {
                var folder = Path.Combine(root, name);
                if (!Directory.Exists(folder))
                    continue;
                names.Add(name);
                // cpu -> cpu,cpuacct: one hierarchy under two names.
                folder = Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder;
                if (!hierarchies.Contains(folder))
                    hierarchies.Add(folder);
            }
        }
        Controllers = names;
        Hierarchies = hierarchies;
        // A cgroup2 beside the controllers is what every init of today knows; the hierarchy that is named systemd, what older hosts have.
        var unified = Path.Combine(root, "unified");
        DelegableVersion = Version == CgroupVersion.V2 || File.Exists(Path.Combine(unified, "cgroup.controllers")) ? CgroupVersion.V2 : CgroupVersion.V1;
        Delegable = Version == CgroupVersion.V2 ? root : DelegableVersion == CgroupVersion.V2 ? unified : File.Exists(Path.Combine(root, "systemd", "cgroup.procs")) ? Path.Combine(root, "systemd") : null;
        ExtraHierarchies = Version == CgroupVersion.V2 ? [] : [.. WantedToo.Select(name => Path.Combine(root, name)).Where(Directory.Exists), .. Delegable is null ? (string[])[] : [Delegable]];
    }

    /// <summary>v1: the folders of the hierarchies that only some of our cgroups are in.</summary>
    public IReadOnlyList<string> ExtraHierarchies { get; }

    /// <summary>
    /// Where a container's own init makes its cgroups: on v2 the one hierarchy; on v1 a cgroup2 that stands beside the controllers, else the hierarchy without a
    /// controller that is named systemd. Null: the host has none.
    /// </summary>
    public string? Delegable { get; }

    /// <summary>Which interface <see cref="Delegable"/> is of; V1: the hierarchy that is named systemd.</summary>
    public CgroupVersion DelegableVersion { get; }

    /// <summary>Which interface holds the controllers.</summary>
    public CgroupVersion Version { get; }

    /// <summary>The controllers that there are.</summary>
    public IReadOnlyList<string> Controllers { get; }

    /// <summary>The folders of the hierarchies that we use: one on v2, one for each controller or group of them on v1.</summary>
    public IReadOnlyList<string> Hierarchies { get; }

    /// <summary>v1: their names, each the controllers that it holds.</summary>
    public IReadOnlyList<string> HierarchyNames => [.. Hierarchies.Select(Path.GetFileName)!];

    /// <summary>Makes a cgroup, in all hierarchies.</summary>
    /// <param name="path">Below the root, such as <c>virt/web</c>.</param>
    /// <exception cref="LinuxException">EEXIST; EACCES or EROFS: the host does not let us.</exception>
    public Cgroup Create(string path)
    {
        var slash = path.LastIndexOf('/');
        if (slash > 0)
            Prepare(path[..slash]);
        foreach (var hierarchy in Hierarchies)
            MakeFolder(Path.Combine(hierarchy, path));
        return Open(path);
    }

    // Those above too: the kernel looks up the way to a container's cgroup with the container's rights when that has it mounted (kernfs_node_dentry).
    private static void MakeParent(string path)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path);
            File.SetUnixFileMode(path, Open755);
        }
    }

    // A container whose root is not the host's reads its own as one of the others, whatever umask the agent has.
    internal static void MakeFolder(string path)
    {
        Libc.Check(Libc.mkdir(path, 0x1ED /* 0755 */), "mkdir", path);
        File.SetUnixFileMode(path, Open755);
    }

    /// <summary>v1: puts a cgroup that exists into further hierarchies; v2: nothing, it is in all.</summary>
    /// <param name="path">Below the root.</param>
    /// <param name="controllers">The hierarchies by their controllers, <c>cpuset</c>, <c>blkio</c>, or as the one for delegation (<see cref="CgroupLimits.Extra"/>).</param>
    /// <exception cref="LinuxException">ENOENT: the host has no such controller.</exception>
    public void CreateExtra(string path, IReadOnlyList<string> controllers)
    {
        if (Version == CgroupVersion.V2)
            return;
        foreach (var controller in controllers)
        {
            var hierarchy = (controller == Delegation ? Delegable : ExtraHierarchies.FirstOrDefault(h => Path.GetFileName(h) == controller)) ?? throw new LinuxException("open", Errno.ENOENT, $"{controller} controller");
            var slash = path.LastIndexOf('/');
            var parent = Path.Combine(hierarchy, slash > 0 ? path[..slash] : "");
            lock (prepared)
            {
                MakeParent(parent);
                MakeFolder(Path.Combine(hierarchy, path));
                // A new one has no CPU and no memory node, and takes no process before it has (cpuset(7)).
                if (controller == "cpuset")
                {
                    Inherit(hierarchy, parent);
                    Inherit(parent, Path.Combine(hierarchy, path));
                }
            }
        }

        static void Inherit(string from, string to)
        {
            foreach (var name in (string[])["cpuset.cpus", "cpuset.mems"])
            {
                if (string.IsNullOrWhiteSpace(File.ReadAllText(Path.Combine(to, name))))
                    FileHandles.WriteText(Path.Combine(to, name), File.ReadAllText(Path.Combine(from, name)).Trim());
            }
        }
    }

    /// <summary>Names a cgroup, whether it exists or not.</summary>
    public Cgroup Open(string path) => new(this, path);

    /// <summary>The names of a cgroup's children, in any hierarchy.</summary>
    public IReadOnlyCollection<string> Children(string path)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var hierarchy in Hierarchies)
        {
            var folder = Path.Combine(hierarchy, path);
            if (!Directory.Exists(folder))
                continue;
            foreach (var child in Directory.EnumerateDirectories(folder))
                names.Add(Path.GetFileName(child));
        }
        return names;
    }

    /// <summary>v1: the <c>tasks</c> files of the cgroups that this very process is in, in the hierarchies that we use.</summary>
    /// <param name="self">/proc/self/cgroup, whose lines are <c>4:memory:/path</c>.</param>
    public IReadOnlyList<SafeFileHandle> OpenOwn(string self = "/proc/self/cgroup")
    {
        var files = new List<SafeFileHandle>();
        foreach (var fields in File.ReadLines(self).Select(static line => line.Split(':', 3)).Where(static fields => fields.Length == 3))
        {
            foreach (var hierarchy in Hierarchies.Where(h => Version == CgroupVersion.V1 && fields[1].Split(',').Contains(Path.GetFileName(h).Split(',')[0])))
            {
                var folder = Path.Join(hierarchy, fields[2]);
                // Under a cgroup namespace or a bind mount the path need not be there; the root always is.
                files.Add(FileHandles.OpenForWriting(Path.Combine(Directory.Exists(folder) ? folder : hierarchy, "tasks")));
            }
        }
        return files;
    }

    /// <summary>Removes our cgroups' parent where it is empty.</summary>
    public void RemoveParent(string path)
    {
        lock (prepared)
        {
            prepared.Remove(path);
            foreach (var hierarchy in Hierarchies.Concat(ExtraHierarchies))
                _ = Libc.rmdir(Path.Combine(hierarchy, path));
        }
    }

    internal string? Folder(string controller, string path)
    {
        if (Version == CgroupVersion.V2)
            return Path.Combine(root, path);
        return Contains(controller) || Array.IndexOf(WantedToo, controller) >= 0 ? Path.Combine(root, controller, path) : null;
    }

    internal bool Contains(string controller)
    {
        foreach (var name in Controllers)
        {
            if (name == controller)
                return true;
        }
        return false;
    }

    // The parent of our cgroups; on v2 it and everything above must hand the controllers down.
    private void Prepare(string parent)
    {
        lock (prepared)
        {
            if (prepared.Contains(parent))
                return;
            var slash = parent.LastIndexOf('/');
            if (slash > 0)
                Prepare(parent[..slash]);
            if (Version == CgroupVersion.V2)
                HandDown(slash > 0 ? Path.Combine(root, parent[..slash]) : root);
            foreach (var hierarchy in Hierarchies)
                MakeParent(Path.Combine(hierarchy, parent));
            if (Version == CgroupVersion.V2)
                HandDown(Path.Combine(root, parent));
            prepared.Add(parent);
        }
    }

    private void HandDown(string folder)
    {
        foreach (var controller in Controllers.Where(static c => Array.IndexOf(Wanted, c) >= 0 || c is "cpuset" or "io"))
        {
            try
            {
                FileHandles.WriteText(Path.Combine(folder, "cgroup.subtree_control"), "+" + controller);
            }
            catch (LinuxException)
            {
                // Somebody above keeps it for himself. A limit that needs it is then an error, and what needs none works.
            }
        }
    }
}
