using System.Runtime.InteropServices;

namespace Virt.Linux;

/// <summary>What makes files relative to an open folder, by names of any bytes.</summary>
internal static unsafe partial class Libc
{
    internal const int O_CREAT = 0x40, O_EXCL = 0x80, AT_SYMLINK_NOFOLLOW = 0x100;

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    internal static partial int openat_mode(int folder, byte* path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int mkdirat(int folder, byte* path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int symlinkat(byte* target, int folder, byte* path);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int linkat(int fromFolder, byte* from, int toFolder, byte* to, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int mknodat(int folder, byte* path, uint mode, nuint device);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fchown(int fd, uint uid, uint gid);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fchownat(int folder, byte* path, uint uid, uint gid, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fchmod(int fd, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fchmodat(int folder, byte* path, uint mode, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int futimens(int fd, long* times);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int utimensat(int folder, byte* path, long* times, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fsetxattr(int fd, byte* name, byte* value, nint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setxattr(byte* path, byte* name, byte* value, nint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int lsetxattr(byte* path, byte* name, byte* value, nint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint llistxattr(byte* path, byte* list, nint size);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ftruncate(int fd, long length);
}
