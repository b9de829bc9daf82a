using System;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Netlink;

/// <summary>
/// Where a new process waits while its network is made: it offers its network namespace, whichever user namespace that belongs to, and goes on when it is told.
/// The process's end goes into <see cref="Processes.RootStep.OfferNetwork"/> and <see cref="Processes.RootStep.AwaitNetwork"/>.
/// </summary>
public sealed unsafe class NetworkGate : IDisposable
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack until the call has returned.
    private const int Unix = 1, SequencedPackets = 5, CloseOnExec = 0x80000, SocketLevel = 1, Rights = 1, CloseReceived = 0x40000000, HeaderSize = 16;
    private readonly SafeFileHandle own;

    private NetworkGate(SafeFileHandle own, SafeFileHandle other)
    {
        this.own = own;
        Other = other;
    }

    /// <summary>The process's end.</summary>
    public SafeFileHandle Other { get; }

    /// <summary>Makes one.</summary>
    public static NetworkGate Make()
    {
        var ends = stackalloc int[2];
        Libc.Check(Libc.socketpair(Unix, SequencedPackets | CloseOnExec, 0, ends), "socketpair");
        return new NetworkGate(new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>Waits for the process's offer; holds the thread.</summary>
    /// <returns>Its network namespace and a socket in it, both the caller's; null where <see cref="Shut"/> came first.</returns>
    public (SafeFileHandle Namespace, RouteSocket Routes)? Wait()
    {
        byte letter;
        var control = stackalloc byte[HeaderSize + 8];
        var vector = new Libc.IoVector { Base = &letter, Length = 1 };
        while (true)
        {
            var message = new Libc.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = HeaderSize + 8 };
            var count = Libc.recvmsg((int)own.DangerousGetHandle(), &message, CloseReceived);
            if (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
                continue;
            GC.KeepAlive(this);
            if (count <= 0 || message.ControlLength < HeaderSize + 8 || *(int*)(control + 8) != SocketLevel || *(int*)(control + 12) != Rights)
                return null;
            return (new SafeFileHandle(*(int*)(control + HeaderSize), ownsHandle: true), RouteSocket.Of(new SafeFileHandle(*(int*)(control + HeaderSize + 4), ownsHandle: true)));
        }
    }

    /// <summary>Lets the process go on.</summary>
    public void Open()
    {
        byte letter = 1;
        Libc.send((int)own.DangerousGetHandle(), &letter, 1, 0x4000 /* MSG_NOSIGNAL */); // one that has ended needs no telling
        GC.KeepAlive(this);
    }

    /// <summary>Ends <see cref="Wait"/>; a process that waits fails with ECANCELED.</summary>
    public void Shut()
    {
        Libc.shutdown((int)own.DangerousGetHandle(), 2);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        own.Dispose();
        Other.Dispose();
    }
}
