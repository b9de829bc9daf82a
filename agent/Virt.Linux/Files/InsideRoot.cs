using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Namespaces;

namespace Virt.Linux.Files;

/// <summary>
/// The files inside a root that may be hostile and may change meanwhile: every name is looked up by openat2(2) with RESOLVE_IN_ROOT, so that no link leads out, and
/// what is written is its root user's. Paths are relative to the root.
/// </summary>
/// <param name="root">The root's descriptor; the caller's.</param>
/// <param name="owner">Who makes files, as the host counts.</param>
public sealed unsafe class InsideRoot(SafeFileHandle root, uint owner)
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int Create = 0x40, Truncate = 0x200, NoBlocking = 0x800, TypeMask = 0xF000;

    /// <summary>What stands at a path, links followed or not; null: nothing does.</summary>
    /// <exception cref="LinuxException">ELOOP, EACCES.</exception>
    public (uint Mode, long ModifiedNanoseconds)? Look(string path, bool followLast)
    {
        using var place = TryOpen(path, Libc.O_PATH | (followLast ? 0 : Libc.O_NOFOLLOW));
        if (place is null)
            return null;
        var result = stackalloc byte[256]; // struct statx: stx_mode at 28, stx_mtime at 112
        Libc.Check(Libc.statx((int)place.DangerousGetHandle(), "", Libc.AT_EMPTY_PATH, 0x43 /* type, mode, mtime */, result), "statx", path);
        return (*(ushort*)(result + 28), (*(long*)(result + 112) * 1_000_000_000) + *(uint*)(result + 120));
    }

    /// <summary>Opens a folder as a place, links followed; null: there is none.</summary>
    /// <exception cref="LinuxException">ELOOP, EACCES.</exception>
    public SafeFileHandle? TryOpenFolder(string path) => TryOpen(path, Libc.O_PATH | Libc.O_DIRECTORY);

    /// <summary>Opens whatever stands at a path as a place, links followed; null: nothing does.</summary>
    /// <exception cref="LinuxException">ELOOP, EACCES.</exception>
    public SafeFileHandle? TryOpenPlace(string path) => TryOpen(path, Libc.O_PATH);

    /// <summary>True for a mode of a folder.</summary>
    public static bool IsFolder(uint mode) => (mode & TypeMask) == 0x4000;

    /// <summary>True for a mode of a regular file.</summary>
    public static bool IsFile(uint mode) => (mode & TypeMask) == 0x8000;

    /// <summary>True for a mode of a symbolic link.</summary>
    public static bool IsLink(uint mode) => (mode & TypeMask) == 0xA000;

    /// <summary>What a mode is of that is neither file, folder nor link.</summary>
    public static string SpecialName(uint mode) => (mode & TypeMask) switch
    {
        0x1000 => "pipe",
        0xC000 => "socket",
        _ => "device",
    };

    /// <summary>The names in a folder.</summary>
    /// <exception cref="LinuxException">ENOTDIR, ENOENT.</exception>
    public IReadOnlyList<string> List(string path)
    {
        using var folder = Open(path, Libc.O_RDONLY | Libc.O_DIRECTORY);
        return [.. FileTree.NamesOf(folder)];
    }

    /// <summary>Where a link leads.</summary>
    /// <exception cref="LinuxException">EINVAL: it is none.</exception>
    public string ReadLink(string path)
    {
        using var link = Open(path, Libc.O_PATH | Libc.O_NOFOLLOW);
        var buffer = stackalloc byte[4096];
        var empty = stackalloc byte[1];
        empty[0] = 0;
        var length = Libc.Check(Libc.readlinkat((int)link.DangerousGetHandle(), empty, buffer, 4096), "readlinkat", path);
        return Encoding.UTF8.GetString(buffer, (int)length);
    }

    /// <summary>Opens a regular file to read.</summary>
    /// <exception cref="LinuxException">EINVAL: it is none; ENOENT.</exception>
    public FileStream Read(string path)
    {
        var file = Open(path, Libc.O_RDONLY | NoBlocking);
        return File(file, path, FileAccess.Read);
    }

    /// <summary>Opens a file to write from its beginning, and makes it where it is missing.</summary>
    /// <exception cref="LinuxException">EISDIR, ENOSPC, EROFS.</exception>
    public FileStream Write(string path, uint mode) => UserMap.As(owner, () =>
    {
        var file = Open(path, Libc.O_WRONLY | Create | Truncate | NoBlocking, mode & 0xFFF);
        _ = Fchmod((int)file.DangerousGetHandle(), mode & 0xFFF);
        return File(file, path, FileAccess.Write);
    });

    /// <summary>Makes a folder; one that is there stays.</summary>
    /// <exception cref="LinuxException">EEXIST: something else is there; ENOENT: its parent is not.</exception>
    public void MakeFolder(string path, uint mode) => InParent(path, (parent, name) =>
    {
        if (Mkdirat((int)parent.DangerousGetHandle(), name, 0x1C0 /* 0700 */) == 0)
        {
            // Of the mode that is given with it the agent's umask would take something.
            using var made = Open(path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
            _ = Fchmod((int)made.DangerousGetHandle(), mode & 0xFFF);
        }
        else if (Marshal.GetLastPInvokeError() != Errno.EEXIST)
        {
            throw Libc.Error("mkdirat", path);
        }
    });

    /// <summary>Makes an empty file; what is there stays.</summary>
    /// <exception cref="LinuxException">ENOENT: its folder is not there; EROFS.</exception>
    public void MakeFile(string path, uint mode) => UserMap.As(owner, () =>
    {
        using var file = Open(path, Libc.O_WRONLY | Create | NoBlocking, mode & 0xFFF);
        return true;
    });

    /// <summary>Makes a link; another one, or a file, that is there is replaced.</summary>
    /// <exception cref="LinuxException">EEXIST: a folder is there.</exception>
    public void MakeLink(string path, string target) => InParent(path, (parent, name) =>
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(name + "\0"))
            _ = Libc.unlinkat((int)parent.DangerousGetHandle(), bytes, 0);
        if (Symlinkat(target, (int)parent.DangerousGetHandle(), name) < 0)
            throw Libc.Error("symlinkat", path);
    });

    private void InParent(string path, Action<SafeFileHandle, string> work) => UserMap.As(owner, () =>
    {
        var slash = path.LastIndexOf('/');
        using var parent = Open(slash <= 0 ? "/" : path[..slash], Libc.O_PATH | Libc.O_DIRECTORY);
        work(parent, path[(slash + 1)..]);
        return true;
    });

    private static FileStream File(SafeFileHandle file, string path, FileAccess access)
    {
        var result = stackalloc byte[256];
        if (Libc.statx((int)file.DangerousGetHandle(), "", Libc.AT_EMPTY_PATH, 1, result) < 0 || !IsFile(*(ushort*)(result + 28)))
        {
            file.Dispose();
            throw new LinuxException("openat2", Errno.EINVAL, path);
        }

        return new FileStream(file, access, bufferSize: 1);
    }

    private SafeFileHandle Open(string path, int flags, uint mode = 0) => TryOpen(path, flags, mode) ?? throw new LinuxException("openat2", Errno.ENOENT, path);

    private SafeFileHandle? TryOpen(string path, int flags, uint mode = 0)
    {
        var how = stackalloc ulong[3]; // struct open_how: flags, mode, resolve
        how[0] = (ulong)(flags | Libc.O_CLOEXEC);
        how[1] = mode;
        how[2] = 0x10 | 0x02; // RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
        {
            var fd = Libc.syscall(Libc.SYS_openat2, root.DangerousGetHandle(), (nint)name, (nint)how, 24, 0, 0);
            if (fd >= 0)
                return new SafeFileHandle(fd, ownsHandle: true);
            return Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.ENOTDIR ? null : throw Libc.Error("openat2", path);
        }
    }

    [DllImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    private static extern int Mkdirat(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, uint mode);

    [DllImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    private static extern int Symlinkat([MarshalAs(UnmanagedType.LPUTF8Str)] string target, int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static extern int Fchmod(int file, uint mode);
}
