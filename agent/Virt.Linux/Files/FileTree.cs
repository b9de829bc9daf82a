using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Files;

/// <summary>Whole folders, whatever somebody hostile has put into them.</summary>
public static unsafe partial class FileTree
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int RemoveFolder = 0x200; // AT_REMOVEDIR
    private const int FolderType = 4, UnknownType = 0;

    /// <summary>
    /// Removes a folder with everything in it; one that is missing is fine. Names may hold any bytes, links are not followed, and depth
    /// does not matter: a folder that holds something is moved to the top, instead of being descended into.
    /// </summary>
    /// <exception cref="LinuxException">Something in it cannot be removed, such as a mount point (EBUSY).</exception>
    public static void Delete(string path)
    {
        SafeFileHandle top;
        try
        {
            top = FileHandles.Open(path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            return;
        }

        using (top)
        {
            var moved = (ulong)Random.Shared.NextInt64() << 8;
            for (var names = Names(top); names.Count > 0; names = Names(top))
            {
                foreach (var (name, _) in names)
                {
                    Empty(top, name, ref moved, path);
                }
            }
        }

        Libc.Check(Libc.rmdir(path), "rmdir", path);
    }

    // Removes one entry of the top folder, after everything in it has been removed or moved up.
    private static void Empty(SafeFileHandle top, byte[] name, ref ulong moved, string path)
    {
        if (TryUnlink(top, name))
        {
            return;
        }

        using (var folder = OpenChild(top, name, path))
        {
            foreach (var (child, type) in Names(folder))
            {
                if (type is not (FolderType or UnknownType) || !TryRemoveFolder(folder, child))
                {
                    if (TryUnlink(folder, child))
                    {
                        continue;
                    }

                    var place = System.Text.Encoding.ASCII.GetBytes(".removed-" + (moved++).ToString(CultureInfo.InvariantCulture) + "\0");
                    fixed (byte* from = child, to = place)
                    {
                        Libc.Check(Libc.renameat((int)folder.DangerousGetHandle(), from, (int)top.DangerousGetHandle(), to), "renameat", path);
                    }
                }
            }
        }

        fixed (byte* bytes = name)
        {
            Libc.Check(Libc.unlinkat((int)top.DangerousGetHandle(), bytes, RemoveFolder), "unlinkat", path);
        }
    }

    private static bool TryUnlink(SafeFileHandle folder, byte[] name)
    {
        fixed (byte* bytes = name)
        {
            return Libc.unlinkat((int)folder.DangerousGetHandle(), bytes, 0) == 0;
        }
    }

    private static bool TryRemoveFolder(SafeFileHandle folder, byte[] name)
    {
        fixed (byte* bytes = name)
        {
            return Libc.unlinkat((int)folder.DangerousGetHandle(), bytes, RemoveFolder) == 0;
        }
    }

    private static SafeFileHandle OpenChild(SafeFileHandle folder, byte[] name, string path)
    {
        fixed (byte* bytes = name)
        {
            var flags = Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
            return new SafeFileHandle((nint)Libc.Check(Libc.openat((int)folder.DangerousGetHandle(), bytes, flags), "openat", path), ownsHandle: true);
        }
    }

    // getdents64(2): inode, offset, record length at 16, type at 18, name from 19.
    /// <summary>The names in an open folder that are text; others cannot be asked for by a path.</summary>
    internal static IEnumerable<string> NamesOf(SafeFileHandle folder)
    {
        var strict = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        var found = new List<string>();
        foreach (var (name, _) in Names(folder))
        {
            try
            {
                found.Add(strict.GetString(name).TrimEnd((char)0));
            }
            catch (System.Text.DecoderFallbackException)
            {
                // Its bytes are no name that the other side could write.
            }
        }

        return found;
    }

    /// <summary>The names in a folder that is open for reading, each with a zero behind it, whatever bytes they are, and whether each may be a folder.</summary>
    internal static IEnumerable<(byte[] Name, bool MayBeFolder)> RawNames(SafeFileHandle folder)
    {
        foreach (var (name, type) in Names(folder))
        {
            yield return (name, type is FolderType or UnknownType);
        }
    }

    private static List<(byte[] Name, int Type)> Names(SafeFileHandle folder)
    {
        var names = new List<(byte[] Name, int Type)>();
        var fd = (int)folder.DangerousGetHandle();
        Libc.lseek(fd, 0, 0);
        var buffer = stackalloc byte[16 * 1024];
        nint count;
        while ((count = Libc.Check(Libc.getdents64(fd, buffer, 16 * 1024), "getdents64")) > 0)
        {
            for (var at = buffer; at < buffer + count; at += *(ushort*)(at + 16))
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(at + 19);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                {
                    names.Add(([.. name, 0], at[18]));
                }
            }
        }

        return names;
    }
}
