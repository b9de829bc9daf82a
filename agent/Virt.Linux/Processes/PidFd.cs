using System;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Processes;

/// <summary>A descriptor of a process (pidfd_open(2)): it never comes to mean another one.</summary>
public sealed unsafe class PidFd : SafeHandleZeroOrMinusOneIsInvalid
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const ulong GetInfo = 0xC040FF0B; // PIDFD_GET_INFO, _IOWR(0xFF, 11, 64 bytes)
    private const ulong InfoExit = 1 << 3;    // PIDFD_INFO_EXIT

    internal PidFd(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>The descriptor; -1 once it is closed, since its number may be another process's by then.</summary>
    public int Descriptor => IsClosed ? -1 : (int)handle;

    /// <summary>Opens a process; null where there is none of that id.</summary>
    /// <exception cref="LinuxException">Any other error.</exception>
    public static PidFd? Open(int id)
    {
        var fd = Libc.syscall(Libc.SYS_pidfd_open, id, 0, 0, 0, 0, 0);
        if (fd >= 0)
            return new PidFd((int)fd);
        return Marshal.GetLastPInvokeError() is Errno.ESRCH or Errno.EINVAL ? null : throw Libc.Error("pidfd_open", FormattableString.Invariant($"{id}"));
    }

    /// <summary>Opens a process if it is still the very same; null where it has ended.</summary>
    public static PidFd? Open(ProcessIdentity identity)
    {
        var pidFd = Open(identity.Id);
        if (pidFd is null)
            return null;
        if (pidFd.Inode == identity.Inode && ProcessIdentity.ReadStartTicks(identity.Id) == identity.StartTicks && !pidFd.HasEnded)
            return pidFd;
        pidFd.Dispose();
        return null;
    }

    /// <summary>The inode behind the descriptor; see <see cref="ProcessIdentity.Inode"/>.</summary>
    public ulong Inode
    {
        get
        {
            var result = stackalloc byte[256]; // struct statx, stx_ino at 32
            Libc.Check(Libc.statx(Descriptor, "", Libc.AT_EMPTY_PATH, 0x100, result), "statx", "pidfd");
            return *(ulong*)(result + 32);
        }
    }

    /// <summary>True once the process is a zombie or gone, or the descriptor closed.</summary>
    public bool HasEnded => IsClosed || Watcher.IsReady(Descriptor);

    /// <summary>Sends a signal; false where the process has ended.</summary>
    /// <exception cref="LinuxException">EPERM: we may not.</exception>
    public bool Signal(int number)
    {
        if (Libc.syscall(Libc.SYS_pidfd_send_signal, Descriptor, number, 0, 0, 0, 0) == 0)
            return true;
        return Marshal.GetLastPInvokeError() == Errno.ESRCH ? false : throw Libc.Error("pidfd_send_signal");
    }

    /// <summary>Ends when the process has ended and its parent has waited for it; the descriptor stays open until then, disposed of or not.</summary>
    /// <exception cref="ObjectDisposedException">It is closed already.</exception>
    public Task WaitForEndAsync() => Watcher.WaitForHangUpAsync(this);

    /// <summary>The wait status of a process that has ended and was waited for; null where the kernel does not tell (before Linux 6.15).</summary>
    public int? ReadWaitStatus()
    {
        var info = stackalloc byte[64];
        new Span<byte>(info, 64).Clear();
        *(ulong*)info = InfoExit;
        if (Libc.ioctl(Descriptor, (nuint)GetInfo, info) < 0 || (*(ulong*)info & InfoExit) == 0)
            return null;
        return *(int*)(info + 60);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}
