using System;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Files;

/// <summary>Descriptors of files, folders and pipes.</summary>
public static unsafe class FileHandles
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int Create = 0x40;
    private const int LongestName = 512;

    /// <summary>Opens a folder as a place, without reading it (O_PATH).</summary>
    /// <exception cref="LinuxException">ENOENT, ENOTDIR, EACCES.</exception>
    public static SafeFileHandle OpenFolder(string path) => Open(path, Libc.O_PATH | Libc.O_DIRECTORY);

    /// <summary>The same; null where there is no folder.</summary>
    /// <exception cref="LinuxException">EACCES, ELOOP.</exception>
    public static SafeFileHandle? TryOpenFolder(string path)
    {
        var fd = Libc.open(path, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
        if (fd >= 0)
            return new SafeFileHandle(fd, ownsHandle: true);
        return Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.ENOTDIR ? null : throw Libc.Error("open", path);
    }

    /// <summary>Opens whatever stands at a path as a place, links followed; null: nothing does.</summary>
    /// <exception cref="LinuxException">EACCES.</exception>
    public static SafeFileHandle? TryOpenPlace(string path)
    {
        var fd = Libc.open(path, Libc.O_PATH | Libc.O_CLOEXEC, 0);
        if (fd >= 0)
            return new SafeFileHandle(fd, ownsHandle: true);
        return Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP ? null : throw Libc.Error("open", path);
    }

    /// <summary>Of what type an open file is, and its permissions (<c>st_mode</c> of stat(2)).</summary>
    public static uint ModeOf(SafeFileHandle file)
    {
        var result = stackalloc byte[256]; // struct statx: stx_mode at 28
        Libc.Check(Libc.statx((int)file.DangerousGetHandle(), "", Libc.AT_EMPTY_PATH, 3 /* type, mode */, result), "statx");
        return *(ushort*)(result + 28);
    }

    /// <summary>Where an open file or folder is, links followed.</summary>
    /// <exception cref="LinuxException">/proc is not there.</exception>
    public static string PathOf(SafeFileHandle file)
    {
        var buffer = stackalloc byte[4096];
        fixed (byte* name = Encoding.UTF8.GetBytes(FormattableString.Invariant($"/proc/self/fd/{file.DangerousGetHandle()}\0")))
            return Encoding.UTF8.GetString(buffer, (int)Libc.Check(Libc.readlinkat(Libc.AT_FDCWD, name, buffer, 4096), "readlink"));
    }

    /// <summary>Opens the root folder of a process as a place.</summary>
    /// <exception cref="LinuxException">ENOENT: it has ended.</exception>
    public static SafeFileHandle OpenRoot(int processId) => OpenFolder(FormattableString.Invariant($"/proc/{processId}/root"));

    /// <summary>Opens an existing file for writing only.</summary>
    /// <exception cref="LinuxException">ENOENT, EACCES.</exception>
    public static SafeFileHandle OpenForWriting(string path) => Open(path, Libc.O_WRONLY);

    /// <summary>Brings the names in a folder to the disk: a file that was made or renamed in it is found after a crash of the machine.</summary>
    /// <exception cref="LinuxException">ENOENT, EIO.</exception>
    public static void SyncFolder(string path)
    {
        using var folder = Open(path, Libc.O_RDONLY | Libc.O_DIRECTORY);
        Libc.Check(Libc.fsync((int)folder.DangerousGetHandle()), "fsync", path);
    }

    /// <summary>Gives a file a further name in the same file system: its bytes are there until the last of its names is gone (linkat(2)).</summary>
    /// <exception cref="LinuxException">ENOENT, EEXIST, ENOSPC, EXDEV: it is another file system. EPERM: it knows no such names.</exception>
    public static void Link(string path, string another) => Libc.Check(Libc.linkat(Libc.AT_FDCWD, path, Libc.AT_FDCWD, another, 0), "linkat", another);

    /// <summary>Makes sure that a file can grow to a length without the disk's running full meanwhile; its length stays (FALLOC_FL_KEEP_SIZE of fallocate(2)).</summary>
    /// <param name="path">A file that is there.</param>
    /// <param name="length">In bytes, from its beginning.</param>
    /// <exception cref="LinuxException">ENOSPC: the disk has not that much. EOPNOTSUPP: its file system cannot.</exception>
    public static void Reserve(string path, long length)
    {
        const int KeepSize = 1;
        using var file = OpenForWriting(path);
        Libc.Check(Libc.fallocate((int)file.DangerousGetHandle(), KeepSize, 0, length), "fallocate", path);
    }

    /// <summary>Where the next data of a sparse file begins and ends (SEEK_DATA and SEEK_HOLE of lseek(2)).</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">Where the search begins.</param>
    /// <returns>Null where only a hole is left.</returns>
    /// <exception cref="LinuxException">EIO.</exception>
    public static (long Start, long End)? NextData(SafeFileHandle file, long offset)
    {
        const int SeekData = 3, SeekHole = 4, NoData = 6 /* ENXIO */;
        var fd = (int)file.DangerousGetHandle();
        var start = Libc.lseek(fd, offset, SeekData);
        if (start < 0)
            return Marshal.GetLastPInvokeError() == NoData ? null : throw Libc.Error("lseek");
        return (start, Libc.lseek(fd, start, SeekHole));
    }

    /// <summary>The place in a file at which whoever shares the open file reads or writes next (SEEK_CUR of lseek(2)).</summary>
    /// <exception cref="LinuxException">ESPIPE: it is no file.</exception>
    public static long Position(SafeFileHandle file) => Libc.Check((nint)Libc.lseek((int)file.DangerousGetHandle(), 0, 1), "lseek");

    /// <summary>What a file takes on its file system: less than its length where it has holes (stx_blocks of statx(2)).</summary>
    /// <exception cref="LinuxException">ENOENT.</exception>
    public static long AllocatedBytes(string path)
    {
        const uint Blocks = 0x400; // STATX_BLOCKS
        var result = stackalloc byte[256]; // struct statx, stx_blocks at 48, in units of 512 bytes
        Libc.Check(Libc.statx(Libc.AT_FDCWD, path, 0, Blocks, result), "statx", path);
        return *(long*)(result + 48) * 512;
    }

    /// <summary>The number of an open file, which no other on its file system has meanwhile.</summary>
    /// <exception cref="LinuxException">EIO.</exception>
    public static ulong Inode(SafeFileHandle file) => Inode((int)file.DangerousGetHandle(), "", Libc.AT_EMPTY_PATH);

    /// <summary>The number of what stands at a path now; 0: nothing does.</summary>
    public static ulong Inode(string path) => Inode(Libc.AT_FDCWD, path, 0);

    private static ulong Inode(int fd, string path, int flags)
    {
        var result = stackalloc byte[256]; // struct statx, stx_ino at 32
        return Libc.statx(fd, path, flags, 0x100 /* STATX_INO */, result) < 0 ? 0 : *(ulong*)(result + 32);
    }

    /// <summary>Reads a kernel file, or the beginning of one that is longer, without anything on the heap.</summary>
    /// <param name="folder">Where the path begins.</param>
    /// <param name="path">The file, a short path below it.</param>
    /// <param name="buffer">Where its bytes go.</param>
    /// <returns>What of the buffer was filled; nothing where the file is missing or cannot be read.</returns>
    public static ReadOnlySpan<byte> ReadStart(SafeFileHandle folder, string path, Span<byte> buffer)
    {
        Span<byte> name = stackalloc byte[LongestName];
        if (Encoding.UTF8.GetMaxByteCount(path.Length) >= name.Length)
            throw new ArgumentOutOfRangeException(nameof(path), path, "The path is too long.");
        name[Encoding.UTF8.GetBytes(path, name)] = 0;
        int fd;
        fixed (byte* bytes = name)
            fd = Libc.openat((int)folder.DangerousGetHandle(), bytes, Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (fd < 0)
            return [];
        var done = 0;
        fixed (byte* bytes = buffer)
        {
            nint count;
            while (done < buffer.Length && (count = Libc.read(fd, bytes + done, buffer.Length - done)) > 0)
                done += (int)count;
        }
        _ = Libc.close(fd);
        return buffer[..done];
    }

    /// <summary>Writes a short text in one call, as kernel files need it.</summary>
    /// <exception cref="LinuxException">The file does not take it.</exception>
    public static void WriteText(string path, string text)
    {
        using var file = Open(path, Libc.O_WRONLY | Create);
        fixed (byte* bytes = Encoding.UTF8.GetBytes(text))
            Libc.Check(Libc.write((int)file.DangerousGetHandle(), bytes, Encoding.UTF8.GetByteCount(text)), "write", path);
    }

    /// <summary>Opens a file inside a root that may be hostile: no link in it, however made, leads out (RESOLVE_IN_ROOT of openat2(2)).</summary>
    /// <param name="root">The root's descriptor; a detached mount is one.</param>
    /// <param name="path">The path inside it.</param>
    /// <returns>The file, for reading; null where it is missing or is not a regular file or folder.</returns>
    public static SafeFileHandle? OpenInside(SafeFileHandle root, string path)
    {
        var how = stackalloc ulong[3]; // struct open_how: flags, mode, resolve
        how[0] = (ulong)(Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK);
        how[1] = 0;
        how[2] = 0x10 | 0x02; // RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
        var name = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            var fd = Libc.syscall(Libc.SYS_openat2, root.DangerousGetHandle(), name, (nint)how, 24, 0, 0);
            if (fd >= 0)
                return new SafeFileHandle(fd, ownsHandle: true);
            return Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.ENOTDIR or Errno.EACCES or 40 /* ELOOP */ or 6 /* ENXIO */
                ? null
                : throw Libc.Error("openat2", path);
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    /// <summary>Opens something inside a root that may be hostile, by a path that has no link in it.</summary>
    /// <param name="root">The root's descriptor.</param>
    /// <param name="path">The path inside it.</param>
    /// <param name="flags">O_* of open(2).</param>
    /// <exception cref="LinuxException">ELOOP: there is a link; and what open(2) says.</exception>
    internal static SafeFileHandle OpenPlain(SafeFileHandle root, string path, int flags)
    {
        var how = stackalloc ulong[3]; // struct open_how: flags, mode, resolve
        how[0] = (ulong)(flags | Libc.O_CLOEXEC);
        how[1] = 0;
        how[2] = 0x10 | 0x04 | 0x02; // RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
            return new SafeFileHandle(Libc.Check(Libc.syscall(Libc.SYS_openat2, root.DangerousGetHandle(), (nint)name, (nint)how, 24, 0, 0), "openat2", path), ownsHandle: true);
    }

    /// <summary>Makes a pipe; both ends are closed on exec.</summary>
    /// <exception cref="LinuxException">EMFILE: too many open files.</exception>
    public static (SafeFileHandle Read, SafeFileHandle Write) CreatePipe()
    {
        var ends = stackalloc int[2];
        Libc.Check(Libc.pipe2(ends, Libc.O_CLOEXEC), "pipe2");
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    internal static SafeFileHandle Open(string path, int flags) =>
        new((nint)Libc.Check(Libc.open(path, flags | Libc.O_CLOEXEC, 0x1A4 /* 0644 */), "open", path), ownsHandle: true);
}
