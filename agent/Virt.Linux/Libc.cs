using System.Runtime.InteropServices;

namespace Virt.Linux;

/// <summary>libc's functions, by their own names. Calls without a wrapper in older libcs go through <see cref="syscall"/>: from 424 on their numbers are the same everywhere.</summary>
internal static unsafe partial class Libc
{
    internal const int MADV_DONTNEED = 4;
    internal const int AT_FDCWD = -100, AT_EMPTY_PATH = 0x1000, AT_RECURSIVE = 0x8000;
    internal const int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000, O_PATH = 0x200000;
    internal const int SYS_pidfd_send_signal = 424, SYS_open_tree = 428, SYS_move_mount = 429, SYS_fsopen = 430, SYS_fsconfig = 431,
        SYS_fsmount = 432, SYS_pidfd_open = 434, SYS_openat2 = 437, SYS_mount_setattr = 442;

    // On x86-64 and arm64 these differ.
    internal static readonly int O_DIRECTORY = Arm64 ? 0x4000 : 0x10000;
    internal static readonly int O_NOFOLLOW = Arm64 ? 0x8000 : 0x20000;

    internal static readonly int SYS_unshare = Arm64 ? 97 : 272, SYS_umount2 = Arm64 ? 39 : 166, SYS_fchdir = Arm64 ? 50 : 81;

    internal static bool Arm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int madvise(nint start, nint length, int advice);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int prlimit(int pid, int resource, ulong* limit, ulong* former);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint read(int fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint write(int fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fallocate(int fd, int mode, long offset, long length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int pipe2(int* fds, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int dup3(int from, int to, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ioctl(int fd, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx(int fd, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    internal static partial int statx_bytes(int fd, byte* path, int flags, uint mask, byte* result);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fstatfs(int fd, ulong* result);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint readlinkat(int folder, byte* path, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint getxattr(byte* path, byte* name, byte* value, nint size);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint lgetxattr(byte* path, byte* name, byte* value, nint size);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int syncfs(int fd);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fsync(int fd);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mount(string source, string target, string type, ulong flags, byte* data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int umount2(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mkdir(string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rmdir(string path);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int openat(int folder, byte* path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int unlinkat(int folder, byte* path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int linkat(int folder, string path, int newFolder, string newPath, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int renameat(int fromFolder, byte* from, int toFolder, byte* to);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint getdents64(int fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial long lseek(int fd, long offset, int origin);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setfsuid(uint id);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setfsgid(uint id);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int capget(uint* header, uint* data);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int capset(uint* header, uint* data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mknod(string path, uint mode, nuint device);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setns(int fd, int kind);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int socketpair(int domain, int type, int protocol, int* fds);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int connect(int fd, byte* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int bind(int fd, byte* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int getsockopt(int fd, int level, int name, void* value, int* length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setsockopt(int fd, int level, int name, void* value, int length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int shutdown(int fd, int how);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint sendmsg(int fd, MessageHeader* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint recvmsg(int fd, MessageHeader* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint send(int fd, byte* buffer, nint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint recv(int fd, byte* buffer, nint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int epoll_ctl(int epoll, int operation, int fd, byte* epollEvent);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int epoll_wait(int epoll, byte* events, int count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int waitid(int kind, int id, byte* info, int options);

    [LibraryImport("libc")]
    internal static partial int posix_spawn(int* pid, byte* path, void* fileActions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc")]
    internal static partial nint signal(int number, nint handler);

    [LibraryImport("libc")]
    internal static partial int geteuid();

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVector
    {
        public void* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct MessageHeader
    {
        public void* Name;
        public int NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>The last error as an exception.</summary>
    internal static LinuxException Error(string call, string? path = null) => new(call, Marshal.GetLastPInvokeError(), path);

    /// <summary>A result that is not -1, or the last error as an exception.</summary>
    internal static nint Check(nint result, string call, string? path = null) => result == -1 ? throw Error(call, path) : result;
}
