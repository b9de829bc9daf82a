using System;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;

namespace Virt.Linux.Security;

/// <summary>The SELinux labels of files (<c>security.selinux</c> of xattr(7)).</summary>
public static unsafe class FileLabel
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int Longest = 4096;
    private const string Attribute = "security.selinux\0";

    /// <summary>The label of an open file, folder or link; null: its file system has none.</summary>
    /// <param name="file">It may be open as a place only (O_PATH).</param>
    /// <exception cref="LinuxException">EACCES.</exception>
    public static string? Read(SafeFileHandle file)
    {
        var value = stackalloc byte[Longest];
        fixed (byte* path = Encoding.UTF8.GetBytes(PathOf(file) + "\0"), name = Encoding.UTF8.GetBytes(Attribute))
        {
            var length = Libc.getxattr(path, name, value, Longest);
            if (length >= 0)
                return Encoding.UTF8.GetString(value, (int)length).TrimEnd('\0');
        }

        return Marshal.GetLastPInvokeError() is Errno.EOPNOTSUPP or Errno.ENODATA ? null : throw Libc.Error("getxattr", PathOf(file));
    }

    /// <summary>Labels an open file, folder, link or terminal.</summary>
    /// <exception cref="LinuxException">EOPNOTSUPP: its file system has no labels; EACCES: the policy does not let us; EINVAL: it knows no such label; EROFS.</exception>
    public static void Set(SafeFileHandle file, string label)
    {
        var value = Encoding.UTF8.GetBytes(label + "\0");
        fixed (byte* path = Encoding.UTF8.GetBytes(PathOf(file) + "\0"), name = Encoding.UTF8.GetBytes(Attribute), bytes = value)
            Libc.Check(Libc.setxattr(path, name, bytes, value.Length, 0), "setxattr", label);
    }

    /// <summary>
    /// Labels a folder and everything below it, whatever somebody hostile does there meanwhile: no link is followed. The folder itself is last, so that its own label says that all was done.
    /// What is on another file system below it that has no labels stays as it is.
    /// </summary>
    /// <param name="folder">The folder, which may be open as a place only.</param>
    /// <param name="label">The label.</param>
    /// <exception cref="LinuxException">As for <see cref="Set"/>; ELOOP: it is deeper than any path can be.</exception>
    public static void SetTree(SafeFileHandle folder, string label)
    {
        SetBelow(folder, label, 0);
        SetWhereOther(folder, label);
    }

    private static void SetBelow(SafeFileHandle folder, string label, int depth)
    {
        if (depth > Longest)
            throw new LinuxException("setxattr", Errno.ELOOP, label);
        using var open = FileHandles.Open(PathOf(folder), Libc.O_RDONLY | Libc.O_DIRECTORY);
        foreach (var (name, mayBeFolder) in FileTree.RawNames(open))
        {
            using var child = TryOpen(open, name);
            if (child is null)
                continue; // it went meanwhile
            try
            {
                if (mayBeFolder)
                    SetBelow(child, label, depth + 1);
            }
            catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
            {
                // It went meanwhile, or is none.
            }

            try
            {
                SetWhereOther(child, label);
            }
            catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.EOPNOTSUPP)
            {
                // It is on a file system without labels.
            }
        }
    }

    private static void SetWhereOther(SafeFileHandle file, string label)
    {
        if (Read(file) != label)
            Set(file, label);
    }

    private static SafeFileHandle? TryOpen(SafeFileHandle folder, byte[] name)
    {
        fixed (byte* bytes = name)
        {
            var fd = Libc.openat((int)folder.DangerousGetHandle(), bytes, Libc.O_PATH | Libc.O_NOFOLLOW | Libc.O_CLOEXEC);
            if (fd >= 0)
                return new SafeFileHandle(fd, ownsHandle: true);
            return Marshal.GetLastPInvokeError() == Errno.ENOENT ? null : throw Libc.Error("openat");
        }
    }

    // What is open as a place takes no fsetxattr(2); by this name the kernel goes to the very file, also where it is a link.
    private static string PathOf(SafeFileHandle file) => FormattableString.Invariant($"/proc/self/fd/{file.DangerousGetHandle()}");
}
