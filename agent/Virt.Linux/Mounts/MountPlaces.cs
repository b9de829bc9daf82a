using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Mounts;

/// <summary>Folders at which detached mounts stand for a moment, for what takes only a mount that has a place. Disposing takes them away.</summary>
internal sealed unsafe class MountPlaces : IDisposable
{
    // SAFETY: every pointer that goes to the kernel is pinned until the call has returned.
    private const int FromEmptyPath = 4 /* MOVE_MOUNT_F_EMPTY_PATH */, Detach = 2 /* MNT_DETACH */;
    private static string room = Path.GetTempPath();
    private readonly string folder = NewFolder();

    /// <exception cref="LinuxException">The kernel does not take one of them.</exception>
    public MountPlaces(IReadOnlyList<SafeFileHandle> trees)
    {
        try
        {
            foreach (var tree in trees)
            {
                var place = Path.Combine(folder, $"{Paths.Count}");
                Directory.CreateDirectory(place);
                fixed (byte* empty = "\0"u8, to = Encoding.UTF8.GetBytes(place + "\0"))
                    Libc.Check(Libc.syscall(Libc.SYS_move_mount, tree.DangerousGetHandle(), (nint)empty, Libc.AT_FDCWD, (nint)to, FromEmptyPath, 0), "move_mount", place);
                Paths.Add(place);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Makes a folder for what is mounted for a moment.</summary>
    internal static string NewFolder() => Directory.CreateDirectory(Path.Combine(room, $"mount-{Guid.NewGuid():n}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;

    /// <summary>Says where they are from now on, and takes away what a process that was killed in that moment has left there.</summary>
    internal static void KeepIn(string path)
    {
        room = Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        foreach (var left in Directory.GetDirectories(room))
        {
            Unmount(left);
            foreach (var place in Directory.GetDirectories(left))
            {
                Unmount(place);
                Directory.Delete(place);
            }
            Directory.Delete(left);
        }
    }

    private static void Unmount(string place)
    {
        while (Libc.umount2(place, Detach) == 0)
        {
            // One may lie over another; EINVAL says that none does.
        }
    }

    /// <summary>Where they stand, in their order.</summary>
    public List<string> Paths { get; } = [];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var place in Paths)
            _ = Libc.umount2(place, Detach);
        // One by one: nothing that is mounted, had it stayed, may be deleted through its place.
        for (var i = 0; Directory.Exists(Path.Combine(folder, $"{i}")); i++)
            Directory.Delete(Path.Combine(folder, $"{i}"));
        Directory.Delete(folder);
    }
}
