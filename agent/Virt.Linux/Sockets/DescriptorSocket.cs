using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;

namespace Virt.Linux.Sockets;

/// <summary>A Unix socket of whole packets that can carry descriptors (SOCK_SEQPACKET, SCM_RIGHTS; unix(7)).</summary>
internal sealed unsafe class DescriptorSocket : IDisposable
{
    private const int Unix = 1, SequencedPackets = 5, CloseOnExec = 0x80000, SocketLevel = 1, Rights = 1;
    private const int CloseReceived = 0x40000000, SendBuffer = 7, HeaderSize = 16;
    private readonly SafeFileHandle handle;

    private DescriptorSocket(SafeFileHandle handle) => this.handle = handle;

    /// <summary>Connects to a path of any length.</summary>
    /// <exception cref="LinuxException">ENOENT, ECONNREFUSED: nobody listens there.</exception>
    internal static DescriptorSocket Connect(string path)
    {
        // sun_path holds 107 bytes; through the folder's descriptor every path is short enough.
        using var folder = FileHandles.OpenFolder(Path.GetDirectoryName(path) ?? "/");
        var name = FormattableString.Invariant($"/proc/self/fd/{folder.DangerousGetHandle()}/{Path.GetFileName(path)}");
        var address = stackalloc byte[110];
        new Span<byte>(address, 110).Clear();
        *(ushort*)address = Unix;
        if (Encoding.UTF8.GetByteCount(name) > 107)
            throw new LinuxException("connect", 36, path);
        Encoding.UTF8.GetBytes(name, new Span<byte>(address + 2, 107));
        var fd = (int)Libc.Check(Libc.socket(Unix, SequencedPackets | CloseOnExec, 0), "socket");
        var socket = new DescriptorSocket(new SafeFileHandle(fd, ownsHandle: true));
        var bytes = 1 << 20;
        Libc.setsockopt(fd, SocketLevel, SendBuffer, &bytes, sizeof(int)); // where it may not grow, long launches fail with EMSGSIZE
        if (Libc.connect(fd, address, 110) == 0)
            return socket;
        var error = Libc.Error("connect", path);
        socket.Dispose();
        throw error;
    }

    /// <summary>Sends one packet.</summary>
    /// <exception cref="LinuxException">EPIPE, ECONNRESET: the peer is gone.</exception>
    internal void Send(ReadOnlySpan<byte> bytes, IReadOnlyList<SafeHandle> handles) => SocketDescriptors.Send(handle, bytes, handles);

    /// <summary>Waits for one packet.</summary>
    /// <param name="buffer">Where its bytes go; the rest of a longer packet is lost.</param>
    /// <param name="descriptor">The descriptor that came with it, the caller's to close; -1: none.</param>
    /// <returns>How many bytes; 0: the peer is gone.</returns>
    internal int Receive(Span<byte> buffer, out int descriptor)
    {
        descriptor = -1;
        var control = stackalloc byte[HeaderSize + 8];
        fixed (byte* data = buffer)
        {
            var vector = new Libc.IoVector { Base = data, Length = (nuint)buffer.Length };
            while (true)
            {
                var message = new Libc.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = HeaderSize + 8 };
                var count = Libc.recvmsg((int)handle.DangerousGetHandle(), &message, CloseReceived);
                if (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
                    continue;
                if (count <= 0)
                    return 0;
                if (message.ControlLength >= HeaderSize + sizeof(int) && *(int*)(control + 8) == SocketLevel && *(int*)(control + 12) == Rights)
                    descriptor = *(int*)(control + HeaderSize);
                return (int)count;
            }
        }
    }

    /// <summary>Ends a Receive that waits on another thread.</summary>
    internal void Shutdown() => Libc.shutdown((int)handle.DangerousGetHandle(), 2);

    public void Dispose() => handle.Dispose();
}
