using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Sockets;

/// <summary>Two Unix sockets that are connected to each other and to nobody else (socketpair(2)).</summary>
public static unsafe class SocketPair
{
    private const int Unix = 1, Stream = 1, CloseOnExec = 0x80000, SocketLevel = 1, SendBuffer = 7;

    /// <summary>Makes a pair of streams; the caller disposes both.</summary>
    /// <param name="bufferBytes">How much each may hold that the other has not read yet; the kernel may allow less.</param>
    /// <returns>The one that is kept, and the one that is given to another process.</returns>
    /// <exception cref="LinuxException">EMFILE: too many open files.</exception>
    public static (Socket Own, SafeSocketHandle Other) Make(int bufferBytes)
    {
        // SAFETY: the array and the number live on this stack frame until the calls have returned.
        var ends = stackalloc int[2];
        Libc.Check(Libc.socketpair(Unix, Stream | CloseOnExec, 0, ends), "socketpair");
        var other = new SafeSocketHandle(ends[1], ownsHandle: true);
        var own = new Socket(new SafeSocketHandle(ends[0], ownsHandle: true));
        Libc.setsockopt(ends[0], SocketLevel, SendBuffer, &bufferBytes, sizeof(int));
        Libc.setsockopt(ends[1], SocketLevel, SendBuffer, &bufferBytes, sizeof(int));
        return (own, other);
    }

    /// <summary>Makes a pair of streams that two other processes are given; whoever closes them here leaves those connected.</summary>
    /// <exception cref="LinuxException">EMFILE: too many open files.</exception>
    public static (SafeFileHandle First, SafeFileHandle Second) MakeForOthers()
    {
        // SAFETY: the array lives on this stack frame until the call has returned.
        var ends = stackalloc int[2];
        Libc.Check(Libc.socketpair(Unix, Stream | CloseOnExec, 0, ends), "socketpair");
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }
}
