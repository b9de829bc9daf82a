using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Devices;
using Virt.Linux.Files;
using Virt.Linux.Namespaces;

namespace Virt.Linux.Mounts;

/// <summary>Mounts that stand nowhere in the file tree: only their descriptor's owner sees them, and with its last copy they are gone (fsopen(2), open_tree(2)).</summary>
public static unsafe class DetachedMount
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int SetFlag = 0, SetString = 1, Create = 6, CloneTree = 1, LongestValue = 255, LongestData = 4095, Detach = 2 /* MNT_DETACH */;
    private const ulong Private = 1 << 18; // MS_PRIVATE

    // What this kernel does not take, known from the first time that it was tried: a start should not try it each time anew.
    private static volatile bool takesOnlyPlaces, takesOneValue;

    /// <summary>Gives this process a folder for what has to be mounted somewhere for a moment, and takes away what one before it, killed in that moment, has left there.</summary>
    /// <param name="folder">Nobody else's; made where it is missing.</param>
    public static void UsePlacesIn(string folder) => MountPlaces.KeepIn(folder);

    /// <summary>Lays a writable layer over read-only ones (overlayfs).</summary>
    /// <param name="lowers">The read-only folders, the uppermost first; at least one.</param>
    /// <param name="upper">The folder that takes all changes.</param>
    /// <param name="work">An empty folder beside it, on the same file system.</param>
    /// <param name="attributes">Of the mount.</param>
    /// <param name="users">
    /// A user namespace whose ids the files shall have: whom they belong to on the disk stays what it is, in what is read as in what is written (MOUNT_ATTR_IDMAP
    /// of mount_setattr(2)). Null: as on the disk.
    /// </param>
    /// <param name="plain">
    /// What the upper folder gets is whole by itself, so that it can become a lower one elsewhere: no file without its content (metacopy), no folder that
    /// stands for one of another name (redirect_dir). Source: Documentation/filesystems/overlayfs.rst.
    /// </param>
    /// <param name="label">The SELinux label that all its files show, and those that are written have on the disk too (<c>context=</c> of mount(8)); null: as on the disk.</param>
    /// <exception cref="LinuxException">The kernel has no overlayfs, or a folder cannot be used for it; E2BIG: before Linux 6.8, more lower ones than a page can name, some 200.</exception>
    public static SafeFileHandle Overlay(
        IReadOnlyList<string> lowers, string upper, string work, MountAttributes attributes, bool plain = false, UserMap? users = null, string? label = null)
    {
        if (users is not null)
            return MappedOverlay(lowers, upper, work, attributes, plain, users, label);
        // Before Linux 6.5 a value cannot be longer than this, nor hold the characters that separate; a descriptor's name is neither.
        var folders = new List<SafeFileHandle>(lowers.Count + 2);
        try
        {
            var names = new List<string>(lowers.Count);
            foreach (var lower in lowers)
                names.Add(Named(lower, folders));
            var rest = Writable(Named(upper, folders), Named(work, folders), plain, label);
            return names.Count == 1
                ? New("overlay", attributes, [new("lowerdir", names[0]), .. rest])
                : OverMany(names, folders, attributes, rest);
        }
        finally
        {
            foreach (var folder in folders)
                folder.Dispose();
        }
    }

    private static List<KeyValuePair<string, string>> Writable(string upper, string work, bool plain, string? label)
    {
        var rest = new List<KeyValuePair<string, string>> { new("upperdir", upper), new("workdir", work) };
        if (plain)
            rest.AddRange([new("metacopy", "off"), new("redirect_dir", "off"), new("index", "off")]);
        if (label is not null)
            rest.Add(new("context", label));
        return rest;
    }

    // The upper and the work folder must be on one mount, so it is their parent's.
    private static SafeFileHandle MappedOverlay(IReadOnlyList<string> lowers, string upper, string work, MountAttributes attributes, bool plain, UserMap users, string? label)
    {
        var trees = new List<SafeFileHandle>(lowers.Count + 1);
        try
        {
            foreach (var lower in lowers)
                trees.Add(Mapped(lower, users));
            trees.Add(Mapped(Path.GetDirectoryName(upper)!, users));
            if (!takesOnlyPlaces)
            {
                try
                {
                    return MappedOverlay(trees.ConvertAll(static t => FormattableString.Invariant($"/proc/self/fd/{t.DangerousGetHandle()}")), trees);
                }
                catch (LinuxException e) when (e is { Call: "fsconfig" or "mount", Errno: Errno.EINVAL })
                {
                    // Before Linux 6.15 overlayfs takes only what is mounted somewhere (clone_private_mount of fs/namespace.c).
                }
            }

            using var places = new MountPlaces(trees);
            var overlay = MappedOverlay(places.Paths, trees);
            takesOnlyPlaces = true;
            return overlay;
        }
        finally
        {
            foreach (var tree in trees)
                tree.Dispose();
        }

        SafeFileHandle MappedOverlay(List<string> names, List<SafeFileHandle> folders)
        {
            var rest = Writable($"{names[^1]}/{Path.GetFileName(upper)}", $"{names[^1]}/{Path.GetFileName(work)}", plain, label);
            // What overlayfs itself makes beside, it makes as whoever mounts it, who must have an id there.
            return users.AsRoot(() => names.Count == 2 ? New("overlay", attributes, [new("lowerdir", names[0]), .. rest]) : OverMany(names[..^1], folders, attributes, rest));
        }
    }

    private static SafeFileHandle Mapped(string path, UserMap users)
    {
        var tree = Clone(path, 0);
        try
        {
            Map(tree, path, users, 0);
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    private static void Map(SafeFileHandle tree, string path, UserMap users, int recursive)
    {
        var set = stackalloc ulong[4]; // struct mount_attr: attr_set, attr_clr, propagation, userns_fd
        set[0] = 0x100000; // MOUNT_ATTR_IDMAP
        set[1] = set[2] = 0;
        set[3] = (ulong)users.Namespace.DangerousGetHandle();
        Set(tree, path, set, recursive);
    }

    private static void Set(SafeFileHandle tree, string path, ulong* set, int recursive)
    {
        var empty = stackalloc byte[1];
        empty[0] = 0;
        if (Libc.syscall(Libc.SYS_mount_setattr, tree.DangerousGetHandle(), (nint)empty, Libc.AT_EMPTY_PATH | recursive, (nint)set, 32, 0) < 0)
            throw Libc.Error("mount_setattr", path);
    }

    private static SafeFileHandle Clone(string path, int recursive)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
            return new SafeFileHandle(Libc.Check(Libc.syscall(Libc.SYS_open_tree, Libc.AT_FDCWD, (nint)name, CloneTree | Libc.O_CLOEXEC | recursive, 0, 0, 0), "open_tree", path), ownsHandle: true);
    }

    // lowerdir+ takes one folder each, whatever its name (Linux 6.8); before it there is one value for all.
    private static SafeFileHandle OverMany(List<string> names, List<SafeFileHandle> folders, MountAttributes attributes, List<KeyValuePair<string, string>> rest)
    {
        if (!takesOneValue)
        {
            try
            {
                return New("overlay", attributes, [.. names.ConvertAll(static name => new KeyValuePair<string, string>("lowerdir+", name)), .. rest]);
            }
            catch (LinuxException e) when (e is { Call: "fsconfig", Errno: Errno.EINVAL })
            {
                // An older kernel, or what is laid over each other does not go: the other way tells which.
            }
        }

        var lower = Joined(folders, names.Count);
        var overlay = lower.Length <= LongestValue ? New("overlay", attributes, [new("lowerdir", lower), .. rest]) : OverAtPlace([new("lowerdir", lower), .. rest], attributes);
        takesOneValue = true;
        return overlay;
    }

    internal static string Joined(IReadOnlyList<SafeFileHandle> folders, int count)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
            text.Append(i == 0 ? "" : ":").Append(FormattableString.Invariant($"/proc/self/fd/{folders[i].DangerousGetHandle()}"));
        return text.ToString();
    }

    // More than fsconfig(2) takes as one value goes by mount(2), which reads a page: at a place, of which a copy is taken that stands nowhere. Of all values only an SELinux label has commas, and the kernel takes its quotes away.
    internal static SafeFileHandle OverAtPlace(List<KeyValuePair<string, string>> options, MountAttributes attributes)
    {
        var data = Encoding.UTF8.GetBytes(string.Join(',', options.ConvertAll(static option => option.Value.Contains(',') ? $"{option.Key}=\"{option.Value}\"" : $"{option.Key}={option.Value}")) + "\0");
        if (data.Length > LongestData)
            throw new LinuxException("mount", Errno.E2BIG, "lowerdir");
        var place = MountPlaces.NewFolder();
        try
        {
            fixed (byte* bytes = data)
                Libc.Check(Libc.mount("overlay", place, "overlay", 0, bytes), "mount", place);
            try
            {
                return Copy(place, attributes);
            }
            finally
            {
                _ = Libc.umount2(place, Detach);
            }
        }
        finally
        {
            Directory.Delete(place);
        }
    }

    private static string Named(string path, List<SafeFileHandle> folders)
    {
        folders.Add(FileHandles.OpenFolder(path));
        return Name(path, folders[^1]);
    }

    /// <summary>A copy of a part of the file tree, with what is mounted in it. What is mounted in the one later does not come to the other (MS_PRIVATE).</summary>
    /// <exception cref="LinuxException">ENOENT, or EPERM without CAP_SYS_ADMIN.</exception>
    /// <param name="path">The part's root.</param>
    /// <param name="attributes">Added to each mount in it.</param>
    /// <param name="users">As for <see cref="Overlay"/>. What is mounted below the root on a file system that cannot do this belongs to nobody then.</param>
    public static SafeFileHandle Copy(string path, MountAttributes attributes, UserMap? users = null)
    {
        var tree = Clone(path, Libc.AT_RECURSIVE);
        try
        {
            if (users is not null)
                MapAll(tree, path, users);
            var set = stackalloc ulong[4];
            set[0] = (ulong)attributes;
            set[1] = set[3] = 0;
            set[2] = Private;
            Set(tree, path, set, Libc.AT_RECURSIVE);
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    private static void MapAll(SafeFileHandle tree, string path, UserMap users)
    {
        try
        {
            Map(tree, path, users, Libc.AT_RECURSIVE);
        }
        catch (LinuxException e) when (e.Errno is Errno.EINVAL or Errno.EPERM)
        {
            Map(tree, path, users, 0);
        }
    }

    /// <summary>Mounts over nothing but a device node each, owned by a user that the host's own nodes may not be for.</summary>
    /// <param name="devices">The devices.</param>
    /// <param name="uid">Whose the nodes are.</param>
    /// <param name="label">The SELinux label of the nodes; null: what the policy gives them.</param>
    /// <exception cref="LinuxException">EPERM: we may make no nodes.</exception>
    public static IReadOnlyList<SafeFileHandle> Devices(IReadOnlyList<DeviceNode> devices, uint uid, string? label = null)
    {
        if (devices.Count == 0)
            return [];
        var nodes = new List<SafeFileHandle>(devices.Count);
        using var folder = New("tmpfs", MountAttributes.NoSuid | MountAttributes.NoExecute, label is null ? [new("mode", "0700"), new("size", "65536")] : [new("mode", "0700"), new("size", "65536"), new("context", label)]);
        using var places = new MountPlaces([folder]);
        try
        {
            for (var i = 0; i < devices.Count; i++)
            {
                var path = Path.Combine(places.Paths[0], FormattableString.Invariant($"{i}"));
                Libc.Check(Libc.mknod(path, devices[i].FileMode, devices[i].FileDevice), "mknod", path);
                File.SetUnixFileMode(path, (UnixFileMode)devices[i].Mode);
                FileOwner.Set(path, uid, uid);
                nodes.Add(Clone(path, 0));
            }
            return nodes;
        }
        catch
        {
            nodes.ForEach(static node => node.Dispose());
            throw;
        }
    }

    /// <summary>An empty folder in memory that takes at most so much.</summary>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_ADMIN.</exception>
    internal static SafeFileHandle Memory(long mostBytes) =>
        New("tmpfs", MountAttributes.NoSuid | MountAttributes.NoExecute | MountAttributes.NoDevices, [new("mode", "0700"), new("size", FormattableString.Invariant($"{mostBytes}"))]);

    /// <summary>A new file system of the kernel's, such as <c>sysfs</c>, as this process sees it.</summary>
    /// <exception cref="LinuxException">The kernel has no such type.</exception>
    public static SafeFileHandle Make(string type, MountAttributes attributes) => New(type, attributes, []);

    private static string Name(string path, SafeFileHandle folder)
    {
        var plain = Encoding.UTF8.GetByteCount(path) <= LongestValue && path.AsSpan().IndexOfAny(":,\\") < 0 && Path.IsPathRooted(path);
        return plain ? path : FormattableString.Invariant($"/proc/self/fd/{folder.DangerousGetHandle()}");
    }

    private static SafeFileHandle New(string type, MountAttributes attributes, IReadOnlyList<KeyValuePair<string, string>> options)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(type + "\0"))
        {
            using var context = new SafeFileHandle((nint)Libc.Check(Libc.syscall(Libc.SYS_fsopen, (nint)name, 1, 0, 0, 0, 0), "fsopen", type), ownsHandle: true);
            var fs = context.DangerousGetHandle();
            foreach (var (key, value) in options)
            {
                fixed (byte* keyBytes = Encoding.UTF8.GetBytes(key + "\0"), valueBytes = Encoding.UTF8.GetBytes(value + "\0"))
                {
                    var command = value.Length == 0 ? SetFlag : SetString;
                    Libc.Check(Libc.syscall(Libc.SYS_fsconfig, fs, command, (nint)keyBytes, value.Length == 0 ? 0 : (nint)valueBytes, 0, 0), "fsconfig", value);
                }
            }
            Libc.Check(Libc.syscall(Libc.SYS_fsconfig, fs, Create, 0, 0, 0, 0), "fsconfig", type);
            return new SafeFileHandle((nint)Libc.Check(Libc.syscall(Libc.SYS_fsmount, fs, 1, (nint)attributes, 0, 0, 0), "fsmount", type), ownsHandle: true);
        }
    }
}
