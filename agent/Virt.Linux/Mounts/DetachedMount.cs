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

    /// <summary>Lays writable layers over a read-only one (overlayfs).</summary>
    /// <param name="lower">The read-only folder.</param>
    /// <param name="upper">The folder that takes all changes.</param>
    /// <param name="work">An empty folder beside it, on the same file system.</param>
    /// <param name="attributes">Of the mount.</param>
    /// <exception cref="LinuxException">The kernel has no overlayfs, or a folder cannot be used for it.</exception>
    public static SafeFileHandle Overlay(string lower, string upper, string work, MountAttributes attributes)
    {
        // Before Linux 6.5 a value cannot be longer than this, nor hold the characters that separate; a descriptor's name is neither.
        using var lowerFolder = FileHandles.OpenFolder(lower);
        using var upperFolder = FileHandles.OpenFolder(upper);
        using var workFolder = FileHandles.OpenFolder(work);
        return New("overlay", attributes, [new("lowerdir", Name(lower, lowerFolder)), new("upperdir", Name(upper, upperFolder)), new("workdir", Name(work, workFolder))]);
    }

    /// <summary>A copy of a part of the file tree, with what is mounted in it.</summary>
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
            set[1] = set[2] = set[3] = 0;
            if (attributes != MountAttributes.None && Libc.syscall(Libc.SYS_mount_setattr, fd, (nint)empty, Libc.AT_EMPTY_PATH | Libc.AT_RECURSIVE, (nint)set, 32, 0) < 0)
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
