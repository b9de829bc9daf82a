using System.Runtime.InteropServices;

namespace Virt.Linux.Files;

/// <summary>Changes whose a file is. Source: chown(2).</summary>
public static class FileOwner
{
    private const uint Unchanged = uint.MaxValue;

    /// <summary>Gives a file to a group.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void SetGroup(string path, uint gid) => Set(path, Unchanged, gid);

    /// <summary>Gives a file to a user and a group.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void Set(string path, uint uid, uint gid)
    {
        if (Lchown(path, uid, gid) != 0)
        {
            throw new LinuxException("lchown", Marshal.GetLastPInvokeError(), path);
        }
    }

    /// <summary>Gives an open file to a user and a group.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void GiveTo(this SafeHandle file, uint uid, uint gid)
    {
        if (Fchown(file, uid, gid) != 0)
        {
            throw new LinuxException("fchown", Marshal.GetLastPInvokeError());
        }
    }

    [DllImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static extern int Fchown(SafeHandle file, uint uid, uint gid);

    [DllImport("libc", EntryPoint = "lchown", SetLastError = true)]
    private static extern int Lchown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint uid, uint gid);
}
