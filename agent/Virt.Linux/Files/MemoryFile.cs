using System;
using System.IO;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Mounts;

namespace Virt.Linux.Files;

/// <summary>A file in memory that stands in no folder, takes at most so much, and goes with its last descriptor. Who else has it open is asked in /proc.</summary>
public static class MemoryFile
{
    private const int PunchHole = 2, KeepSize = 1, Page = 4096;

    /// <summary>Makes one, for writing at its end. What is written beyond the most is refused (ENOSPC).</summary>
    /// <param name="name">By which it is found again.</param>
    /// <param name="mostBytes">How much memory it may take.</param>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_ADMIN.</exception>
    public static SafeFileHandle Create(string name, long mostBytes)
    {
        using var folder = DetachedMount.Memory(mostBytes);
        return File.OpenHandle(FormattableString.Invariant($"/proc/self/fd/{folder.DangerousGetHandle()}/{name}"), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
    }

    /// <summary>Makes one of these bytes, for reading; whoever has its descriptor may open it again, as another user too, and nobody can change it.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="bytes">What is in it.</param>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_ADMIN.</exception>
    public static SafeFileHandle Of(string name, ReadOnlySpan<byte> bytes)
    {
        // Its folder takes a page too.
        using var folder = DetachedMount.Memory(bytes.Length + (2 * Page));
        var path = FormattableString.Invariant($"/proc/self/fd/{folder.DangerousGetHandle()}/{name}");
        using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
        {
            file.Write(bytes);
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
    }

    /// <summary>Opens the one of that name that a process has open; null where it has none, or has ended. The file is then ours too, whatever becomes of the process.</summary>
    public static SafeFileHandle? Find(int processId, string name)
    {
        try
        {
            foreach (var descriptor in Directory.EnumerateFileSystemEntries(FormattableString.Invariant($"/proc/{processId}/fd")))
            {
                if (new FileInfo(descriptor).LinkTarget == "/" + name)
                {
                    return File.OpenHandle(descriptor, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
        }

        return null;
    }

    /// <summary>Gives back the memory of what stands before an offset, where nothing can be read any more; the length stays (FALLOC_FL_PUNCH_HOLE of fallocate(2)).</summary>
    /// <exception cref="LinuxException">EIO.</exception>
    public static void Forget(SafeFileHandle file, long offset)
    {
        var length = offset / Page * Page;
        if (length > 0)
        {
            Libc.Check(Libc.fallocate((int)file.DangerousGetHandle(), PunchHole | KeepSize, 0, length), "fallocate");
        }
    }
}
