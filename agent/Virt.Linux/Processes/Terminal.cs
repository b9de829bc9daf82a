using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;
using Virt.Linux.Namespaces;

namespace Virt.Linux.Processes;

/// <summary>A terminal of a container's own, made in its /dev/pts, whose other end is here (pty(7), ioctl_tty(2)).</summary>
public sealed class Terminal : IDisposable
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const uint SetLock = 0x40045431, GetPeer = 0x5441, SetSize = 0x5414; // TIOCSPTLCK, TIOCGPTPEER, TIOCSWINSZ
    private const int NoControllingTerminal = 0x100;                            // O_NOCTTY
    private const int Multiplexer = 5, MultiplexerMinor = 2;
    private readonly FileStream master;

    private Terminal(SafeFileHandle opened, SafeFileHandle slave)
    {
        master = new FileStream(opened, FileAccess.ReadWrite, bufferSize: 0);
        Slave = slave;
    }

    /// <summary>The end for the process. Whoever launches it closes this one afterwards, or the terminal has no end.</summary>
    public SafeFileHandle Slave { get; }

    /// <summary>Makes one.</summary>
    /// <param name="root">The container's root, which may be hostile: nothing is followed out of its /dev/pts.</param>
    /// <param name="owner">Whose it is, as the host counts.</param>
    /// <exception cref="LinuxException">The container has no /dev/pts, or no terminal is left (ENOSPC).</exception>
    public static unsafe Terminal Open(SafeFileHandle root, uint owner)
    {
        var opened = UserMap.As(owner, () => FileHandles.OpenPlain(root, "dev/pts/ptmx", Libc.O_RDWR | NoControllingTerminal));
        try
        {
            var node = Devices.DeviceNode.Read(FormattableString.Invariant($"/proc/self/fd/{opened.DangerousGetHandle()}"));
            if (node is not { IsBlock: false, Major: Multiplexer, Minor: MultiplexerMinor })
                throw new LinuxException("openat2", Errno.EINVAL, "/dev/pts/ptmx");
            var unlocked = 0;
            Libc.Check(Libc.ioctl((int)opened.DangerousGetHandle(), SetLock, &unlocked), "ioctl", "TIOCSPTLCK");
            var flags = Libc.O_RDWR | NoControllingTerminal | Libc.O_CLOEXEC;
            var slave = Libc.Check(Libc.ioctl((int)opened.DangerousGetHandle(), GetPeer, (void*)flags), "ioctl", "TIOCGPTPEER");
            return new Terminal(opened, new SafeFileHandle(slave, ownsHandle: true));
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Says how large the window is; the process is told by SIGWINCH.</summary>
    /// <exception cref="LinuxException">It has been closed.</exception>
    public unsafe void Resize(ushort columns, ushort rows)
    {
        var size = stackalloc ushort[4] { rows, columns, 0, 0 }; // struct winsize
        Libc.Check(Libc.ioctl((int)master.SafeFileHandle.DangerousGetHandle(), SetSize, size), "ioctl", "TIOCSWINSZ");
    }

    /// <summary>Gives what was written to it; 0 once no process has it any more.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        try
        {
            return await master.ReadAsync(buffer).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return 0; // EIO: the last one has closed it
        }
    }

    /// <summary>Types something.</summary>
    /// <exception cref="IOException">No process has it any more.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => master.WriteAsync(bytes, cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        Slave.Dispose();
        master.Dispose();
    }
}
