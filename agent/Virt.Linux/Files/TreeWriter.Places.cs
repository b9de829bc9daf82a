using System;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Files;

public sealed unsafe partial class TreeWriter
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int NotSupported = 95; // EOPNOTSUPP

    // The folder that a path lies in, made where it is missing, and the last name with the zero that ends it. Archives have a folder's entries side by side, so the last one is kept open.
    private (SafeFileHandle Folder, byte[] Name) Parent(byte[] path)
    {
        var (folder, name) = Split(path);
        if (folder.Length == 0)
        {
            return (root, name);
        }

        if (isStale || parent is null || !parentPath.AsSpan().SequenceEqual(folder))
        {
            var found = OpenInRoot(folder, Libc.O_PATH) ?? MakeParents(folder);
            parent?.Dispose();
            (parent, parentPath, isStale) = (found, folder, false);
        }

        return (parent, name);
    }

    private SafeFileHandle MakeParents(byte[] path)
    {
        for (var end = NextSlash(path, 0); ; end = NextSlash(path, end + 1))
        {
            var part = path[..end];
            var folder = OpenInRoot(part, Libc.O_PATH) ?? MakeFolder(part, isImplicit: true);

            if (end == path.Length)
            {
                return folder;
            }

            folder.Dispose();
        }
    }

    // A folder that is there stays, whatever else is there gives way. One that takes the place of a whiteout has to hide what is below it.
    private SafeFileHandle MakeFolder(byte[] path, bool isImplicit)
    {
        var (folder, name) = Parent(path);
        bool isOpaque = false, isNew = true;
        fixed (byte* bytes = name)
        {
            if (Libc.mkdirat(Fd(folder), bytes, NewFolderMode) < 0)
            {
                CheckExists("mkdirat", path);
                var (found, device) = Look(folder, name) ?? throw new LinuxException("mkdirat", Errno.ENOENT, Text(path));
                isNew = (found & 0xF000) != 0x4000;
                if (isNew)
                {
                    isOpaque = (found & 0xF000) == CharacterDevice && device == 0;
                    Remove(folder, name, path);
                    Libc.Check(Libc.mkdirat(Fd(folder), bytes, NewFolderMode), "mkdirat", Text(path));
                }
            }
        }

        var made = OpenAt(folder, name.AsSpan(0, name.Length - 1), Libc.O_RDONLY | Libc.O_DIRECTORY);
        if (isOpaque)
        {
            SetOpaque(made, path);
        }

        if (isNew && isImplicit)
        {
            Libc.Check(Libc.fchmod(Fd(made), ImplicitMode), "fchmod", Text(path));
            implicitFolders.Add(path);
        }

        return made;
    }

    private void MakeNode(SafeFileHandle folder, byte[] name, byte[] path, uint type, uint major, uint minor)
    {
        // makedev(3) of glibc and the kernel's new encoding agree below 2^12 and 2^20, which is what the kernel has.
        var device = (nuint)(((ulong)(major & 0xFFF) << 8) | (minor & 0xFF) | ((ulong)(minor & 0xFFF00) << 12));
        fixed (byte* bytes = name)
        {
            if (Libc.mknodat(Fd(folder), bytes, type | NewFileMode, device) < 0)
            {
                CheckExists("mknodat", path);
                Remove(folder, name, path);
                Libc.Check(Libc.mknodat(Fd(folder), bytes, type | NewFileMode, device), "mknodat", Text(path));
            }
        }
    }

    // What cannot be opened without a side effect: links, devices, pipes.
    private void DescribeAt(SafeFileHandle folder, byte[] name, byte[] path, TreeAttributes attributes, bool isLink)
    {
        var times = stackalloc long[4];
        SetTimes(times, attributes.ModifiedSeconds, attributes.ModifiedNanoseconds);
        fixed (byte* bytes = name)
        {
            Libc.Check(Libc.fchownat(Fd(folder), bytes, attributes.UserId, attributes.GroupId, Libc.AT_SYMLINK_NOFOLLOW), "fchownat", Text(path));
            if (!isLink)
            {
                Libc.Check(Libc.fchmodat(Fd(folder), bytes, attributes.Mode & 0xFFF, 0), "fchmodat", Text(path));
            }

            Libc.Check(Libc.utimensat(Fd(folder), bytes, times, Libc.AT_SYMLINK_NOFOLLOW), "utimensat", Text(path));
        }

        // There is no call that sets an attribute of a name in an open folder without following it, before Linux 6.13's setxattrat(2).
        var place = (byte[])[.. Encoding.ASCII.GetBytes(FormattableString.Invariant($"/proc/self/fd/{Fd(folder)}/")), .. name];
        foreach (var (key, value) in attributes.Extended)
        {
            fixed (byte* bytes = place, keyBytes = Encoding.UTF8.GetBytes(key + "\0"), valueBytes = value.Span)
            {
                CheckAttribute(Libc.lsetxattr(bytes, keyBytes, valueBytes, value.Length, 0), key, path);
            }
        }
    }

    private void SetOpaque(SafeFileHandle folder, byte[] path)
    {
        fixed (byte* key = "trusted.overlay.opaque\0"u8, value = "y"u8)
        {
            Libc.Check(Libc.fsetxattr(Fd(folder), key, value, 1, 0), "fsetxattr", Text(path));
        }
    }

    private void Remove(SafeFileHandle folder, byte[] name, byte[] path)
    {
        // The folder that is kept open may be reached through what goes.
        isStale = true;
        fixed (byte* bytes = name)
        {
            if (Libc.unlinkat(Fd(folder), bytes, 0) == 0)
            {
                return;
            }

            if (Marshal.GetLastPInvokeError() is not (Errno.EPERM or 21 /* EISDIR */))
            {
                throw Libc.Error("unlinkat", Text(path));
            }
        }

        // A folder with something in it: out of the way first, because its own names may be any bytes.
        var aside = FormattableString.Invariant($".virt-removed-{Random.Shared.NextInt64():x}");
        fixed (byte* bytes = name, to = Encoding.ASCII.GetBytes(aside + "\0"))
        {
            Libc.Check(Libc.renameat(Fd(folder), bytes, Fd(root), to), "renameat", Text(path));
        }

        FileTree.Delete(FormattableString.Invariant($"/proc/self/fd/{Fd(root)}/{aside}"));
        implicitFolders.RemoveAll(other => IsAtOrBelow(other, path));
        foreach (var (key, time) in folderTimes)
        {
            if (IsAtOrBelow(time.Path, path))
            {
                folderTimes.Remove(key);
            }
        }
    }

    // Type, permissions and device number; null where nothing has the name.
    private static (uint Mode, ulong Device)? Look(SafeFileHandle folder, byte[] name)
    {
        var result = stackalloc byte[256]; // struct statx: mode 28, rdev 128
        fixed (byte* bytes = name)
        {
            if (Libc.statx_bytes(Fd(folder), bytes, Libc.AT_SYMLINK_NOFOLLOW, 0x3 /* type and mode */, result) < 0)
            {
                return Marshal.GetLastPInvokeError() == Errno.ENOENT ? null : throw Libc.Error("statx", Text(name));
            }
        }

        return (*(ushort*)(result + 28), ((ulong)*(uint*)(result + 128) << 32) | *(uint*)(result + 132));
    }

    // A folder as the tree's own root sees it, links and all; null where it is missing.
    private SafeFileHandle? OpenInRoot(byte[] path, int flags)
    {
        var how = stackalloc ulong[3]; // struct open_how: flags, mode, resolve
        how[0] = (ulong)(flags | Libc.O_DIRECTORY | Libc.O_CLOEXEC);
        how[1] = 0;
        how[2] = 0x10 | 0x02; // RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
        fixed (byte* name = (byte[])[.. path, 0])
        {
            var fd = Libc.syscall(Libc.SYS_openat2, root.DangerousGetHandle(), (nint)name, (nint)how, 24, 0, 0);
            return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true)
                : Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.ENOTDIR ? null
                : throw Libc.Error("openat2", Text(path));
        }
    }

    private static SafeFileHandle OpenAt(SafeFileHandle folder, ReadOnlySpan<byte> name, int flags)
    {
        fixed (byte* bytes = (byte[])[.. name, 0])
        {
            return new SafeFileHandle(Libc.Check(Libc.openat(Fd(folder), bytes, flags | Libc.O_NOFOLLOW | Libc.O_CLOEXEC), "openat", Text(name)), ownsHandle: true);
        }
    }

    private static void CheckExists(string call, byte[] path)
    {
        if (Marshal.GetLastPInvokeError() != Errno.EEXIST)
        {
            throw Libc.Error(call, Text(path));
        }
    }

    // Attributes of the user's own are not for links and devices, and not every file system has them; those that say what a program may do must be kept.
    private static void CheckAttribute(int result, string name, byte[] path)
    {
        if (result < 0 && !(name.StartsWith("user.", StringComparison.Ordinal) && Marshal.GetLastPInvokeError() is NotSupported or Errno.EPERM))
        {
            throw Libc.Error("setxattr", $"{Text(path)} {name}");
        }
    }

    private static (byte[] Folder, byte[] Name) Split(byte[] path)
    {
        var slash = path.AsSpan().LastIndexOf((byte)'/');
        return (slash < 0 ? [] : path[..slash], [.. path.AsSpan(slash + 1), 0]);
    }

    private static int NextSlash(byte[] path, int from)
    {
        var at = path.AsSpan(from).IndexOf((byte)'/');
        return at < 0 ? path.Length : from + at;
    }

    private static bool IsAtOrBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> top) =>
        path.StartsWith(top) && (path.Length == top.Length || path[top.Length] == (byte)'/');
}
