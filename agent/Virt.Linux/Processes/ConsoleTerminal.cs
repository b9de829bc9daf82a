using System;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;

namespace Virt.Linux.Processes;

/// <summary>A terminal of the host's that a container has as its console, and whose other end is the log's (pty(7), ioctl_tty(2)).</summary>
public sealed class ConsoleTerminal
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack until the call has returned.
    private const uint SetLock = 0x40045431, GetPeer = 0x5441, GetNumber = 0x80045430;   // TIOCSPTLCK, TIOCGPTPEER, TIOCGPTN
    private const uint GetAttributes = 0x5401, SetAttributes = 0x5402, SetSize = 0x5414; // TCGETS, TCSETS, TIOCSWINSZ
    private const ushort Rows = 50, Columns = 250;                                       // wide, for an init shortens what it says to fit
    private const int NoControllingTerminal = 0x100;                                     // O_NOCTTY
    private const uint ProcessOutput = 1, Echo = 8;                                      // OPOST, ECHO

    private ConsoleTerminal(SafeFileHandle log, SafeFileHandle terminal, string path)
    {
        Log = log;
        Terminal = terminal;
        Path = path;
    }

    /// <summary>What is written to the terminal comes out here. The caller's to dispose.</summary>
    public SafeFileHandle Log { get; }

    /// <summary>The terminal. The caller's to dispose.</summary>
    public SafeFileHandle Terminal { get; }

    /// <summary>Its node, such as <c>/dev/pts/3</c>, which is there as long as <see cref="Log"/> is open anywhere.</summary>
    public string Path { get; }

    /// <summary>Makes one.</summary>
    /// <param name="owner">Whose it is, as the host counts.</param>
    /// <exception cref="LinuxException">The host has no /dev/ptmx, or no terminal is left (ENOSPC).</exception>
    public static unsafe ConsoleTerminal Open(uint owner)
    {
        var log = FileHandles.Open("/dev/ptmx", Libc.O_RDWR | NoControllingTerminal);
        try
        {
            var master = (int)log.DangerousGetHandle();
            int unlocked = 0, number = 0;
            Libc.Check(Libc.ioctl(master, SetLock, &unlocked), "ioctl", "TIOCSPTLCK");
            Libc.Check(Libc.ioctl(master, GetNumber, &number), "ioctl", "TIOCGPTN");
            var flags = Libc.O_RDWR | NoControllingTerminal | Libc.O_CLOEXEC;
            var terminal = new SafeFileHandle(Libc.Check(Libc.ioctl(master, GetPeer, (void*)flags), "ioctl", "TIOCGPTPEER"), ownsHandle: true);
            try
            {
                terminal.GiveTo(owner, owner);
                MakePlain((int)terminal.DangerousGetHandle());
                return new ConsoleTerminal(log, terminal, FormattableString.Invariant($"/dev/pts/{number}"));
            }
            catch
            {
                terminal.Dispose();
                throw;
            }
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    // Nobody types at it, and the log wants lines as they were written.
    private static unsafe void MakePlain(int terminal)
    {
        var attributes = stackalloc uint[16]; // struct termios of the kernel: c_iflag, c_oflag, c_cflag, c_lflag, and 20 bytes
        Libc.Check(Libc.ioctl(terminal, GetAttributes, attributes), "ioctl", "TCGETS");
        attributes[1] &= ~ProcessOutput;
        attributes[3] &= ~Echo;
        Libc.Check(Libc.ioctl(terminal, SetAttributes, attributes), "ioctl", "TCSETS");
        var size = stackalloc ushort[4] { Rows, Columns, 0, 0 }; // struct winsize
        Libc.Check(Libc.ioctl(terminal, SetSize, size), "ioctl", "TIOCSWINSZ");
    }
}
