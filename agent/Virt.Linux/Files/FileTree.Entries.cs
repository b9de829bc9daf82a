using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Files;

public static unsafe partial class FileTree
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const uint BasicStats = 0x7FF;
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW

    /// <summary>
    /// Everything below a folder, each folder before what is in it, in the order of the bytes of its names. Nobody may be changing the tree meanwhile.
    /// </summary>
    /// <exception cref="LinuxException">ENOENT; ENAMETOOLONG where a path has more than 4095 bytes.</exception>
    public static IReadOnlyList<TreeEntry> Entries(string path)
    {
        var entries = new List<TreeEntry>();
        AddEntries(Bytes(path), [], entries);
        return entries;
    }

    /// <summary>What lies directly in a folder of a tree, in the order of the bytes of its names.</summary>
    /// <param name="path">The tree's top.</param>
    /// <param name="name">The folder, as <see cref="TreeEntry.Name"/>; empty: the top itself.</param>
    /// <exception cref="LinuxException">ENOENT, ENOTDIR.</exception>
    public static IReadOnlyList<TreeEntry> Children(string path, ReadOnlySpan<byte> name) => Children(Bytes(path), name.ToArray());

    /// <summary>One entry of a tree; null where it is missing.</summary>
    /// <param name="path">The tree's top.</param>
    /// <param name="name">As <see cref="TreeEntry.Name"/>; empty: the top itself.</param>
    /// <exception cref="LinuxException">Any error but ENOENT and ENOTDIR.</exception>
    public static TreeEntry? Entry(string path, ReadOnlySpan<byte> name) => Stat(Join(Bytes(path), name), name);

    /// <summary>Opens a file of a tree for reading.</summary>
    /// <exception cref="LinuxException">ENOENT, ELOOP: a link.</exception>
    public static SafeFileHandle OpenEntry(string path, TreeEntry entry) => OpenBytes(Join(Bytes(path), entry.Name.Span), Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC);

    /// <summary>Removes one entry; a folder must be empty.</summary>
    /// <returns>False where it is a folder that holds something.</returns>
    /// <exception cref="LinuxException">Any other error.</exception>
    public static bool TryDelete(string path, TreeEntry entry)
    {
        fixed (byte* bytes = Join(Bytes(path), entry.Name.Span))
        {
            if (Libc.unlinkat(Libc.AT_FDCWD, bytes, entry.IsFolder ? RemoveFolder : 0) == 0)
            {
                return true;
            }
        }

        return Marshal.GetLastPInvokeError() is Errno.ENOTEMPTY or Errno.EEXIST ? false : throw Libc.Error("unlinkat", entry.Path);
    }

    /// <summary>The target of a symbolic link.</summary>
    /// <exception cref="LinuxException">It is none.</exception>
    public static byte[] ReadLink(string path, TreeEntry entry)
    {
        var target = new byte[4096];
        fixed (byte* bytes = Join(Bytes(path), entry.Name.Span), result = target)
        {
            return target[..(int)Libc.Check(Libc.readlinkat(Libc.AT_FDCWD, bytes, result, 4096), "readlinkat", entry.Path)];
        }
    }

    /// <summary>An extended attribute of at most 256 bytes, of the entry itself and not of what a link names; null where it has none.</summary>
    /// <param name="path">The tree's top.</param>
    /// <param name="entry">Which.</param>
    /// <param name="attribute">Such as <c>trusted.overlay.opaque</c>.</param>
    public static byte[]? ReadAttribute(string path, TreeEntry entry, string attribute)
    {
        var value = stackalloc byte[256];
        fixed (byte* bytes = Join(Bytes(path), entry.Name.Span), name = Bytes(attribute + "\0"))
        {
            var length = Libc.lgetxattr(bytes, name, value, 256);
            return length < 0 ? null : new Span<byte>(value, (int)length).ToArray();
        }
    }

    /// <summary>All extended attributes of an entry, of itself and not of what a link names, with their bytes.</summary>
    /// <exception cref="LinuxException">Any error but that the file system has none.</exception>
    public static IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> ReadAttributes(string path, TreeEntry entry)
    {
        const int LongestList = 64 * 1024, NotSupported = 95; // XATTR_LIST_MAX; EOPNOTSUPP
        var found = new List<(string, ReadOnlyMemory<byte>)>();
        var list = new byte[LongestList];
        var value = new byte[LongestList];
        fixed (byte* file = Join(Bytes(path), entry.Name.Span), names = list, bytes = value)
        {
            var length = Libc.llistxattr(file, names, LongestList);
            if (length < 0)
            {
                return Marshal.GetLastPInvokeError() == NotSupported ? found : throw Libc.Error("llistxattr", entry.Path);
            }

            for (var at = 0; at < length;)
            {
                var end = at + list.AsSpan(at).IndexOf((byte)0);
                var size = Libc.lgetxattr(file, names + at, bytes, LongestList);
                if (size >= 0)
                {
                    found.Add((System.Text.Encoding.UTF8.GetString(list, at, end - at), value.AsSpan(0, (int)size).ToArray()));
                }

                at = end + 1;
            }
        }

        return found;
    }

    /// <summary>Writes everything of the file system that a path is on to its disk.</summary>
    /// <exception cref="LinuxException">ENOSPC, EIO: something could not be written.</exception>
    public static void Sync(string path)
    {
        using var folder = FileHandles.Open(path, Libc.O_RDONLY);
        Libc.Check(Libc.syncfs((int)folder.DangerousGetHandle()), "syncfs", path);
    }

    /// <summary>Writes a file or folder itself to its disk: a folder's names, not what is in them.</summary>
    /// <exception cref="LinuxException">ENOSPC, EIO.</exception>
    public static void SyncOne(string path)
    {
        using var file = FileHandles.Open(path, Libc.O_RDONLY);
        Libc.Check(Libc.fsync((int)file.DangerousGetHandle()), "fsync", path);
    }

    private static void AddEntries(byte[] top, byte[] name, List<TreeEntry> entries)
    {
        foreach (var entry in Children(top, name))
        {
            entries.Add(entry);
            if (entry.IsFolder)
            {
                AddEntries(top, entry.Name.ToArray(), entries);
            }
        }
    }

    private static List<TreeEntry> Children(byte[] top, byte[] name)
    {
        List<(byte[] Name, int Type)> names;
        using (var folder = OpenBytes(Join(top, name), Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC))
        {
            names = Names(folder);
        }

        names.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        var entries = new List<TreeEntry>(names.Count);
        foreach (var (child, _) in names)
        {
            byte[] path = name.Length == 0 ? child[..^1] : [.. name, (byte)'/', .. child[..^1]];
            if (Stat(Join(top, path), path) is { } entry)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    // struct statx of linux/stat.h: nlink at 16, uid 20, gid 24, mode 28, ino 32, size 40, ctime 96, mtime 112, rdev 128.
    private static TreeEntry? Stat(byte[] path, ReadOnlySpan<byte> name)
    {
        var result = stackalloc byte[256];
        fixed (byte* bytes = path)
        {
            if (Libc.statx_bytes(Libc.AT_FDCWD, bytes, NoFollow, BasicStats, result) < 0)
            {
                return Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.ENOTDIR ? null : throw Libc.Error("statx", System.Text.Encoding.UTF8.GetString(path));
            }
        }

        return new TreeEntry
        {
            Name = name.ToArray(),
            Links = *(uint*)(result + 16),
            UserId = *(uint*)(result + 20),
            GroupId = *(uint*)(result + 24),
            Mode = *(ushort*)(result + 28),
            Inode = *(ulong*)(result + 32),
            Size = *(long*)(result + 40),
            ChangedNanoseconds = (*(long*)(result + 96) * 1_000_000_000) + *(uint*)(result + 104),
            ModifiedNanoseconds = (*(long*)(result + 112) * 1_000_000_000) + *(uint*)(result + 120),
            Device = ((ulong)*(uint*)(result + 128) << 32) | *(uint*)(result + 132),
        };
    }

    private static SafeFileHandle OpenBytes(byte[] path, int flags)
    {
        fixed (byte* bytes = path)
        {
            return new SafeFileHandle((nint)Libc.Check(Libc.openat(Libc.AT_FDCWD, bytes, flags), "openat", System.Text.Encoding.UTF8.GetString(path)), ownsHandle: true);
        }
    }

    private static byte[] Bytes(string path) => System.Text.Encoding.UTF8.GetBytes(path);

    // With the zero that ends it.
    private static byte[] Join(byte[] top, ReadOnlySpan<byte> name) => name.Length == 0 ? [.. top, 0] : [.. top, (byte)'/', .. name, 0];
}
