using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Virt.Linux.Sockets;

/// <summary>Sends descriptors beside bytes over a Unix socket (SCM_RIGHTS; unix(7)).</summary>
public static unsafe class SocketDescriptors
{
    private const int SocketLevel = 1, Rights = 1, NoSignal = 0x4000, HeaderSize = 16, Most = 64;
    private const short Writable = 4; // POLLOUT

    /// <summary>Sends bytes, and with the first of them descriptors. Waits while the socket's buffer is full, also where the socket does not block.</summary>
    /// <param name="socket">A Unix socket of any type.</param>
    /// <param name="bytes">At least one.</param>
    /// <param name="handles">64 at most; they stay the caller's, the peer gets duplicates.</param>
    /// <returns>How many bytes were sent: fewer than all only where a stream's buffer was too full, the descriptors are sent then.</returns>
    /// <exception cref="LinuxException">EPIPE, ECONNRESET: the peer is gone.</exception>
    public static int Send(SafeHandle socket, ReadOnlySpan<byte> bytes, IReadOnlyList<SafeHandle> handles)
    {
        var control = stackalloc byte[HeaderSize + Most * sizeof(int)];
        var held = new List<SafeHandle>(handles.Count + 1);
        try
        {
            var to = Hold(socket, held);
            for (var i = 0; i < handles.Count; i++)
                ((int*)(control + HeaderSize))[i] = Hold(handles[i], held);
            // SAFETY: everything that the header points to lives on this stack frame or is pinned until sendmsg has returned.
            fixed (byte* data = bytes)
            {
                var vector = new Libc.IoVector { Base = data, Length = (nuint)bytes.Length };
                var message = new Libc.MessageHeader { Vectors = &vector, VectorCount = 1 };
                if (handles.Count > 0)
                {
                    *(nuint*)control = (nuint)(HeaderSize + handles.Count * sizeof(int));
                    *(int*)(control + 8) = SocketLevel;
                    *(int*)(control + 12) = Rights;
                    message.Control = control;
                    message.ControlLength = (nuint)(HeaderSize + ((handles.Count * sizeof(int) + 7) & ~7));
                }
                while (true)
                {
                    var sent = Libc.sendmsg(to, &message, NoSignal);
                    if (sent >= 0)
                        return (int)sent;
                    if (Marshal.GetLastPInvokeError() == Errno.EAGAIN)
                        WaitUntilWritable(to);
                    else if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                        throw Libc.Error("sendmsg");
                }
            }
        }
        finally
        {
            foreach (var one in held)
                one.DangerousRelease();
        }
    }

    private static int Hold(SafeHandle handle, List<SafeHandle> held)
    {
        var added = false;
        handle.DangerousAddRef(ref added);
        held.Add(handle);
        return (int)handle.DangerousGetHandle();
    }

    private static void WaitUntilWritable(int socket)
    {
        var entry = new Libc.PollEntry { Descriptor = socket, Events = Writable };
        Libc.poll(&entry, 1, -1);
    }
}
