using System;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;
using Virt.Linux.Namespaces;
using Virt.Linux.Processes;

namespace Virt.Linux.Mounts;

/// <summary>
/// The mounts in the root of a process that has a mount namespace of its own, looked at and changed while it runs. The root may be hostile and may change meanwhile: every name is
/// looked up from outside with openat2(2) and RESOLVE_IN_ROOT, and the thread that goes into the namespace (setns(2)) does nothing there but one call with descriptors. It ends there:
/// no other code ever runs on it.
/// </summary>
public sealed unsafe class MountsInside : IDisposable
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int FromEmptyPath = 4, ToEmptyPath = 0x40; // MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH of linux/mount.h
    private const int NoFollow = 8;                          // UMOUNT_NOFOLLOW
    private const int ShareNoFolder = 0x200;                 // CLONE_FS: a thread of its own folders alone may change its mount namespace
    private const ulong MountRoot = 0x2000;                  // STATX_ATTR_MOUNT_ROOT
    private const uint FolderMode = 0x1ED;                   // 0755
    private const uint FileMode = 0x1A4;                     // 0644

    private readonly PidFd process;
    private readonly SafeFileHandle root;
    private readonly InsideRoot files;

    /// <summary>Opens the root of a process's mount namespace, which is not the root of a process that has gone into a folder of it (chroot(2)).</summary>
    /// <param name="process">The process.</param>
    /// <param name="owner">Who makes folders in it, as the host counts.</param>
    /// <exception cref="LinuxException">ESRCH: it has ended.</exception>
    public MountsInside(PidFd process, uint owner)
    {
        this.process = process;
        var path = stackalloc byte[2] { (byte)'/', 0 };
        var name = (nint)path;
        var fd = In(() => Libc.openat(Libc.AT_FDCWD, (byte*)name, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC), "openat", "/");
        root = new SafeFileHandle(fd, ownsHandle: true);
        files = new InsideRoot(root, owner);
    }

    /// <summary>The files in it, for a look.</summary>
    public InsideRoot Files => files;

    /// <summary>The root itself; it goes with this.</summary>
    public SafeFileHandle Root => root;

    /// <inheritdoc/>
    public void Dispose() => root.Dispose();

    /// <summary>True where a folder or file of the host is mounted at a place, and it is the uppermost there.</summary>
    /// <param name="source">The folder or file of the host.</param>
    /// <param name="target">The place; an absolute path inside.</param>
    /// <param name="readOnly">It may only be read there.</param>
    /// <exception cref="LinuxException">ELOOP, EACCES.</exception>
    public bool IsMounted(string source, string target, bool readOnly)
    {
        using var place = files.TryOpenPlace(target);
        using var host = place is null ? null : FileHandles.TryOpenPlace(source);
        return place is not null && host is not null && Look(place) is { IsMountRoot: true } inside && Look(host) is var outside
            && (inside.Device, inside.Inode) == (outside.Device, outside.Inode)
            && inside.IsReadOnly == (readOnly || outside.IsReadOnly);
    }

    /// <summary>True where anything is mounted at a place.</summary>
    /// <exception cref="LinuxException">ELOOP, EACCES.</exception>
    public bool IsMountPoint(string target)
    {
        using var place = files.TryOpenPlace(target);
        return place is not null && Look(place).IsMountRoot;
    }

    /// <summary>Mounts at a folder, or what is no folder at a file, which is made with its parents where it is missing. Links are followed, and lead nowhere out of the root.</summary>
    /// <param name="mount">A detached mount; it stays the caller's.</param>
    /// <param name="target">The place; an absolute path inside.</param>
    /// <exception cref="LinuxException">ENOTDIR: it is to be a folder, and is none; EISDIR: the other way round; ELOOP, EROFS: it cannot be made; ESRCH: the process has ended.</exception>
    public void Attach(SafeFileHandle mount, string target)
    {
        for (var slash = target.IndexOf('/', 1); slash > 0; slash = target.IndexOf('/', slash + 1))
            Make(target[..slash], isFolder: true);
        var isFolder = InsideRoot.IsFolder(FileHandles.ModeOf(mount));
        Make(target, isFolder);
        using var place = files.TryOpenPlace(target) ?? throw new LinuxException("openat2", Errno.ENOENT, target);
        if (InsideRoot.IsFolder(FileHandles.ModeOf(place)) != isFolder)
            throw new LinuxException("move_mount", isFolder ? Errno.ENOTDIR : Errno.EISDIR, target);
        int from = (int)mount.DangerousGetHandle(), to = (int)place.DangerousGetHandle();
        var empty = stackalloc byte[1];
        empty[0] = 0;
        var text = (nint)empty;
        In(() => Libc.syscall(Libc.SYS_move_mount, from, text, to, text, FromEmptyPath | ToEmptyPath, 0), "move_mount", target);
    }

    /// <summary>Takes away a folder or file of the host that is mounted at a place.</summary>
    /// <param name="source">The folder or file of the host.</param>
    /// <param name="target">The place.</param>
    /// <exception cref="LinuxException">EBUSY: somebody uses it, or something is mounted in it; EINVAL: it is not mounted there, or not by that very name; ESRCH: the process has ended.</exception>
    public void Detach(string source, string target)
    {
        var slash = target.LastIndexOf('/');
        using var parent = files.TryOpenFolder(slash <= 0 ? "/" : target[..slash]) ?? throw new LinuxException("umount2", Errno.EINVAL, target);
        var folder = (int)parent.DangerousGetHandle();
        fixed (byte* name = Encoding.UTF8.GetBytes(target[(slash + 1)..] + "\0"))
        {
            var child = Libc.openat(folder, name, Libc.O_PATH | Libc.O_NOFOLLOW | Libc.O_CLOEXEC);
            // Closed before the call: whoever holds it open uses it.
            using (var place = child < 0 ? null : new SafeFileHandle(child, ownsHandle: true))
            using (var host = FileHandles.TryOpenPlace(source))
            {
                if (place is null || host is null || Look(place) is not { IsMountRoot: true } inside || Look(host) is var outside && (inside.Device, inside.Inode) != (outside.Device, outside.Inode))
                    throw new LinuxException("umount2", Errno.EINVAL, target);
            }

            var text = (nint)name;
            In(() => Libc.syscall(Libc.SYS_fchdir, folder, 0, 0, 0, 0, 0) < 0 ? -1 : Libc.syscall(Libc.SYS_umount2, text, NoFollow, 0, 0, 0, 0), "umount2", target);
        }
    }

    private void Make(string path, bool isFolder)
    {
        if (files.Look(path, followLast: true) is not null)
            return;
        if (isFolder)
            files.MakeFolder(path, FolderMode);
        else
            files.MakeFile(path, FileMode);
    }

    private static (ulong Device, ulong Inode, bool IsMountRoot, bool IsReadOnly) Look(SafeFileHandle folder)
    {
        var fd = (int)folder.DangerousGetHandle();
        var result = stackalloc byte[256]; // struct statx: stx_attributes at 8, stx_ino at 32, stx_dev_major and stx_dev_minor at 136
        Libc.Check(Libc.statx(fd, "", Libc.AT_EMPTY_PATH, 0x100 /* STATX_INO */, result), "statx");
        var system = stackalloc ulong[32]; // struct statfs: f_flags is its eleventh word
        Libc.Check(Libc.fstatfs(fd, system), "fstatfs");
        return (*(ulong*)(result + 136), *(ulong*)(result + 32), (*(ulong*)(result + 8) & MountRoot) != 0, (system[10] & 1 /* ST_RDONLY */) != 0);
    }

    private nint In(Func<nint> work, string call, string about)
    {
        var failed = 0;
        nint result = 0;
        var step = call;
        var thread = new Thread(
            () =>
            {
                var isHeld = false;
                try
                {
                    process.DangerousAddRef(ref isHeld);
                    // Whatever is called in there was found before: where we are then, another libc may lie.
                    _ = Libc.openat(-1, null, 0);
                    if (Libc.syscall(Libc.SYS_unshare, ShareNoFolder, 0, 0, 0, 0, 0) < 0 || Libc.setns(process.Descriptor, (int)NamespaceKinds.Mount) < 0)
                        (failed, step) = (Marshal.GetLastPInvokeError(), "setns");
                    else if ((result = work()) < 0)
                        failed = Marshal.GetLastPInvokeError();
                }
                catch (ObjectDisposedException)
                {
                    (failed, step) = (Errno.ESRCH, "setns"); // somebody has seen its end
                }
                finally
                {
                    if (isHeld)
                        process.DangerousRelease();
                }
            },
            128 * 1024);
        thread.Start();
        thread.Join();
        if (failed != 0)
            throw new LinuxException(step, failed, about);
        return result;
    }
}
