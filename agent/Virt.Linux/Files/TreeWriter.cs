using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Files;

/// <summary>
/// Fills a folder with what an archive says that may be hostile. Every place is looked up by openat2(2) with RESOLVE_IN_ROOT below the folder's descriptor: links that the archive
/// made are followed as the folder's own root would have them, and nothing is ever written, changed or linked to outside it.
/// </summary>
/// <remarks>
/// Paths are bytes relative to the folder, without <c>.</c>, <c>..</c> and empty parts: <see cref="TreePath"/> makes them so. Whatever stands in the place of a new entry gives way to it, except
/// a folder to a folder. Nobody else may be writing into the folder. Not for several threads at once.
/// </remarks>
public sealed unsafe partial class TreeWriter : IDisposable
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const uint ImplicitMode = 0x1ED; // 0755
    private const uint NewFileMode = 0x180; // 0600
    private const uint NewFolderMode = 0x1C0; // 0700
    private const uint CharacterDevice = 0x2000;

    private readonly SafeFileHandle root;
    private readonly List<byte[]> implicitFolders = [];
    private readonly Dictionary<string, (byte[] Path, long Seconds, int Nanoseconds)> folderTimes = new(StringComparer.Ordinal);
    private byte[]? parentPath;
    private SafeFileHandle? parent;
    private bool isStale;

    /// <param name="path">The folder; it should be empty.</param>
    /// <exception cref="LinuxException">ENOENT, ENOTDIR.</exception>
    public TreeWriter(string path) => root = FileHandles.Open(path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);

    /// <summary>Folders that were made because something lies in them, and that no entry has described.</summary>
    public IReadOnlyList<byte[]> ImplicitFolders => implicitFolders;

    /// <summary>Makes a folder, or gives one that is there these attributes; an empty path is the folder itself that is filled.</summary>
    /// <exception cref="LinuxException">What the kernel says.</exception>
    public void Folder(byte[] path, TreeAttributes attributes)
    {
        using var folder = path.Length == 0 ? OpenAt(root, "."u8, Libc.O_RDONLY | Libc.O_DIRECTORY) : MakeFolder(path, isImplicit: false);
        implicitFolders.RemoveAll(other => other.AsSpan().SequenceEqual(path));
        Describe(folder, path, attributes);
        folderTimes[Convert.ToHexString(path)] = (path, attributes.ModifiedSeconds, attributes.ModifiedNanoseconds);
    }

    /// <summary>Makes an empty file.</summary>
    /// <returns>Open for writing; the caller's to fill, to <see cref="Describe(SafeFileHandle, byte[], TreeAttributes)"/> and to dispose.</returns>
    /// <exception cref="LinuxException">ENOSPC, ENAMETOOLONG.</exception>
    public SafeFileHandle File(byte[] path)
    {
        var (folder, name) = Parent(path);
        var flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
        fixed (byte* bytes = name)
        {
            var fd = Libc.openat_mode(Fd(folder), bytes, flags, NewFileMode);
            if (fd < 0 && Marshal.GetLastPInvokeError() == Errno.EEXIST)
            {
                Remove(folder, name, path);
                fd = Libc.openat_mode(Fd(folder), bytes, flags, NewFileMode);
            }

            return new SafeFileHandle(Libc.Check(fd, "openat", Text(path)), ownsHandle: true);
        }
    }

    /// <summary>Gives an open file or folder its owner, mode, extended attributes and time, in the order in which none takes another away.</summary>
    /// <exception cref="LinuxException">The file system has no such attributes.</exception>
    public void Describe(SafeFileHandle file, byte[] path, TreeAttributes attributes)
    {
        // A change of the owner takes set-user-id and the capabilities away.
        Libc.Check(Libc.fchown(Fd(file), attributes.UserId, attributes.GroupId), "fchown", Text(path));
        Libc.Check(Libc.fchmod(Fd(file), attributes.Mode & 0xFFF), "fchmod", Text(path));
        foreach (var (name, value) in attributes.Extended)
        {
            fixed (byte* key = Encoding.UTF8.GetBytes(name + "\0"), bytes = value.Span)
            {
                CheckAttribute(Libc.fsetxattr(Fd(file), key, bytes, value.Length, 0), name, path);
            }
        }

        var times = stackalloc long[4];
        SetTimes(times, attributes.ModifiedSeconds, attributes.ModifiedNanoseconds);
        Libc.Check(Libc.futimens(Fd(file), times), "futimens", Text(path));
    }

    /// <summary>Makes a symbolic link, whose target is any bytes.</summary>
    /// <exception cref="LinuxException">ENAMETOOLONG.</exception>
    public void Link(byte[] path, ReadOnlySpan<byte> target, TreeAttributes attributes)
    {
        var (folder, name) = Parent(path);
        fixed (byte* bytes = name, to = (byte[])[.. target, 0])
        {
            if (Libc.symlinkat(to, Fd(folder), bytes) < 0)
            {
                CheckExists("symlinkat", path);
                Remove(folder, name, path);
                Libc.Check(Libc.symlinkat(to, Fd(folder), bytes), "symlinkat", Text(path));
            }
        }

        DescribeAt(folder, name, path, attributes, isLink: true);
    }

    /// <summary>Makes another name for a file of the folder.</summary>
    /// <exception cref="LinuxException">ENOENT: there is none of the name; EPERM: it is a folder.</exception>
    public void HardLink(byte[] path, byte[] target)
    {
        if (path.AsSpan().SequenceEqual(target))
        {
            return;
        }

        var (fromPath, fromName) = Split(target);
        using var from = fromPath.Length == 0 ? OpenAt(root, "."u8, Libc.O_PATH | Libc.O_DIRECTORY) : OpenInRoot(fromPath, Libc.O_PATH) ?? throw new LinuxException("openat2", Errno.ENOENT, Text(target));
        var (folder, name) = Parent(path);
        fixed (byte* source = fromName, bytes = name)
        {
            if (Libc.linkat(Fd(from), source, Fd(folder), bytes, 0) < 0)
            {
                CheckExists("linkat", path);
                Remove(folder, name, path);
                Libc.Check(Libc.linkat(Fd(from), source, Fd(folder), bytes, 0), "linkat", Text(path));
            }
        }
    }

    /// <summary>Makes a device or a pipe.</summary>
    /// <param name="path">Where.</param>
    /// <param name="type">S_IFCHR, S_IFBLK or S_IFIFO of inode(7).</param>
    /// <param name="major">The device's major number; 0 for a pipe.</param>
    /// <param name="minor">The device's minor number; 0 for a pipe.</param>
    /// <param name="attributes">The rest.</param>
    /// <exception cref="LinuxException">EPERM: the agent may not make devices.</exception>
    public void Node(byte[] path, uint type, uint major, uint minor, TreeAttributes attributes)
    {
        var (folder, name) = Parent(path);
        MakeNode(folder, name, path, type, major, minor);
        DescribeAt(folder, name, path, attributes, isLink: false);
    }

    /// <summary>Marks a name as deleted, in the form of overlayfs. What the folder itself has under the name stays, and hides what is below.</summary>
    public void Whiteout(byte[] path)
    {
        var (folder, name) = Parent(path);
        var found = Look(folder, name);
        if (found is null)
        {
            MakeNode(folder, name, path, CharacterDevice, 0, 0);
        }
        else if ((found.Value.Mode & 0xF000) == 0x4000)
        {
            Opaque(path);
        }
    }

    /// <summary>Marks a folder as hiding what is below it, in the form of overlayfs; it is made where it is missing.</summary>
    public void Opaque(byte[] path)
    {
        using var folder = path.Length == 0 ? OpenAt(root, "."u8, Libc.O_RDONLY | Libc.O_DIRECTORY) : MakeFolder(path, isImplicit: true);
        SetOpaque(folder, path);
    }

    /// <summary>Gives folders the times that the archive had for them, which writing into them has changed. To be called once, at the end.</summary>
    public void Finish()
    {
        var times = stackalloc long[4];
        foreach (var (path, seconds, nanoseconds) in folderTimes.Values)
        {
            using var folder = path.Length == 0 ? OpenAt(root, "."u8, Libc.O_RDONLY | Libc.O_DIRECTORY) : OpenInRoot(path, Libc.O_RDONLY | Libc.O_NOFOLLOW);
            if (folder is not null)
            {
                SetTimes(times, seconds, nanoseconds);
                Libc.Check(Libc.futimens(Fd(folder), times), "futimens", Text(path));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        parent?.Dispose();
        root.Dispose();
    }

    private static int Fd(SafeFileHandle file) => (int)file.DangerousGetHandle();

    private static string Text(ReadOnlySpan<byte> path) => Encoding.UTF8.GetString(path).TrimEnd('\0');

    private static void SetTimes(long* times, long seconds, int nanoseconds)
    {
        times[0] = times[2] = seconds;
        times[1] = times[3] = nanoseconds;
    }
}
