using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Files;

/// <summary>
/// The locks by which every QEMU and qemu-img says what it does with a disk image, and what it lets others do. They are advisory locks of an open file (F_OFD_SETLK of
/// fcntl(2)) on single bytes: 100 and up for what is done, 200 and up for what others must not. Source: QEMU, block/file-posix.c.
/// </summary>
public sealed unsafe class ImageLock : IDisposable
{
    private const int DoneBytes = 100; // RAW_LOCK_PERM_BASE
    private const int RefusedBytes = 200; // RAW_LOCK_SHARED_BASE
    private const int Write = 1, Resize = 3; // the numbers of BLK_PERM_WRITE and BLK_PERM_RESIZE
    private const int Permissions = 5;
    private const int GetLock = 36, SetLock = 37; // F_OFD_GETLK, F_OFD_SETLK
    private const short ReadKind = 0, WriteKind = 1, NoKind = 2; // F_RDLCK, F_WRLCK, F_UNLCK

    private readonly SafeFileHandle image;

    private ImageLock(SafeFileHandle image) => this.image = image;

    /// <summary>Keeps every QEMU from writing to an image, until it is disposed. Others may read it.</summary>
    /// <returns>Null where somebody writes to it.</returns>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it be.</exception>
    public static ImageLock? TryRefuseWriting(string path)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (var number in (ReadOnlySpan<int>)[Write, Resize])
        {
            if (!TrySet(file, RefusedBytes + number) || IsLocked(file, DoneBytes + number, 1))
            {
                file.Dispose();
                return null;
            }
        }

        return new ImageLock(file);
    }

    /// <summary>True where a QEMU or a qemu-img has the image open and lets nobody, or not everybody, beside it.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it be.</exception>
    public static bool IsHeld(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return IsLocked(file, RefusedBytes, Permissions) || IsLocked(file, DoneBytes + Write, 1) || IsLocked(file, DoneBytes + Resize, 1);
    }

    /// <inheritdoc/>
    public void Dispose() => image.Dispose();

    private static bool TrySet(SafeFileHandle file, long start)
    {
        var area = new Area { Kind = ReadKind, Start = start, Length = 1 };

        // SAFETY: the pointer is to this frame's stack.
        return Libc.fcntl((int)file.DangerousGetHandle(), SetLock, (nint)(&area)) == 0;
    }

    // Whether somebody else's lock is in the way of a writing one.
    private static bool IsLocked(SafeFileHandle file, long start, long length)
    {
        var area = new Area { Kind = WriteKind, Start = start, Length = length };

        // SAFETY: the pointer is to this frame's stack.
        return Libc.fcntl((int)file.DangerousGetHandle(), GetLock, (nint)(&area)) == 0 && area.Kind != NoKind;
    }

    // struct flock
    [StructLayout(LayoutKind.Sequential)]
    private struct Area
    {
        public short Kind;
        public short From;
        public long Start;
        public long Length;
        public int ProcessId;
    }
}
