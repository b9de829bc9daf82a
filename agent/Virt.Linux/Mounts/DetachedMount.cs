using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;

namespace Virt.Linux.Mounts;

/// <summary>Mounts that stand nowhere in the file tree: only their descriptor's owner sees them, and with its last copy they are gone (fsopen(2), open_tree(2)).</summary>
public static unsafe class DetachedMount
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int SetFlag = 0, SetString = 1, Create = 6, Clone = 1, LongestValue = 255;
    private const ulong Private = 1 << 18; // MS_PRIVATE

    /// <summary>Lays a writable layer over read-only ones (overlayfs).</summary>
    /// <param name="lowers">The read-only folders, the uppermost first; at least one.</param>
    /// <param name="upper">The folder that takes all changes.</param>
    /// <param name="work">An empty folder beside it, on the same file system.</param>
    /// <param name="attributes">Of the mount.</param>
    /// <param name="plain">
    /// What the upper folder gets is whole by itself, so that it can become a lower one elsewhere: no file without its content (metacopy), no folder that
    /// stands for one of another name (redirect_dir). Source: Documentation/filesystems/overlayfs.rst.
    /// </param>
    /// <exception cref="LinuxException">The kernel has no overlayfs, or a folder cannot be used for it; E2BIG: before Linux 6.8, more than 14 lower ones.</exception>
    public static SafeFileHandle Overlay(IReadOnlyList<string> lowers, string upper, string work, MountAttributes attributes, bool plain = false)
    {
        // Before Linux 6.5 a value cannot be longer than this, nor hold the characters that separate; a descriptor's name is neither.
        var folders = new List<SafeFileHandle>(lowers.Count + 2);
        try
        {
            var names = new List<string>(lowers.Count);
            foreach (var lower in lowers)
                names.Add(Named(lower, folders));
            var rest = new List<KeyValuePair<string, string>> { new("upperdir", Named(upper, folders)), new("workdir", Named(work, folders)) };
            if (plain)
                rest.AddRange([new("metacopy", "off"), new("redirect_dir", "off"), new("index", "off")]);
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

    // lowerdir+ takes one folder each, whatever its name (Linux 6.8); before it there is one value for all.
    private static SafeFileHandle OverMany(List<string> names, List<SafeFileHandle> folders, MountAttributes attributes, List<KeyValuePair<string, string>> rest)
    {
        try
        {
            return New("overlay", attributes, [.. names.ConvertAll(static name => new KeyValuePair<string, string>("lowerdir+", name)), .. rest]);
        }
        catch (LinuxException e) when (e is { Call: "fsconfig", Errno: Errno.EINVAL })
        {
            return New("overlay", attributes, [new("lowerdir", Joined(folders, names.Count)), .. rest]);
        }
    }

    internal static string Joined(IReadOnlyList<SafeFileHandle> folders, int count)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
            text.Append(i == 0 ? "" : ":").Append(FormattableString.Invariant($"/proc/self/fd/{folders[i].DangerousGetHandle()}"));
        return text.Length <= LongestValue ? text.ToString() : throw new LinuxException("fsconfig", Errno.E2BIG, "lowerdir");
    }

    private static string Named(string path, List<SafeFileHandle> folders)
    {
        folders.Add(FileHandles.OpenFolder(path));
        return Name(path, folders[^1]);
    }

    /// <summary>A copy of a part of the file tree, with what is mounted in it. What is mounted in the one later does not come to the other (MS_PRIVATE).</summary>
    /// <exception cref="LinuxException">ENOENT, or EPERM without CAP_SYS_ADMIN.</exception>
    public static SafeFileHandle Copy(string path, MountAttributes attributes)
    {
        var name = Marshal.StringToCoTaskMemUTF8(path);
        var empty = stackalloc byte[1];
        empty[0] = 0;
        try
        {
            var fd = Libc.Check(Libc.syscall(Libc.SYS_open_tree, Libc.AT_FDCWD, name, Clone | Libc.O_CLOEXEC | Libc.AT_RECURSIVE, 0, 0, 0), "open_tree", path);
            var tree = new SafeFileHandle(fd, ownsHandle: true);
            var set = stackalloc ulong[4];
            set[0] = (ulong)attributes;
            set[1] = set[3] = 0;
            set[2] = Private;
            if (Libc.syscall(Libc.SYS_mount_setattr, fd, (nint)empty, Libc.AT_EMPTY_PATH | Libc.AT_RECURSIVE, (nint)set, 32, 0) < 0)
            {
                var error = Libc.Error("mount_setattr", path);
                tree.Dispose();
                throw error;
            }
            return tree;
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

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
