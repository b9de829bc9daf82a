using System;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Netlink;

/// <summary>A netlink socket: it belongs for good to the network namespace in which it was made (netlink(7)).</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    internal const int Route = 0, Netfilter = 12;
    private const int Family = 16, Raw = 3, CloseOnExec = 0x80000, SocketLevel = 1, SendBufferForce = 32, DoNotWait = 0x40;
    private const ushort Done = 3, Error = 2, Dump = 0x300;
    private readonly SafeFileHandle handle;
    private readonly string name;

    internal NetlinkSocket(SafeFileHandle handle, string name)
    {
        this.handle = handle;
        this.name = name;
    }

    internal delegate void Reader(ReadOnlySpan<byte> body);

    internal static NetlinkSocket Open(int protocol, string name) =>
        new(new SafeFileHandle((nint)Libc.Check(Libc.socket(Family, Raw | CloseOnExec, protocol), "socket", "netlink"), ownsHandle: true), name);

    /// <summary>
    /// Sends the messages and looks for errors. The kernel works on them while send lasts, so that every answer is there afterwards; without an error there is none.
    /// </summary>
    /// <exception cref="LinuxException">The first error, with what its message is about.</exception>
    internal void Commit(NetlinkBatch batch)
    {
        var fd = (int)handle.DangerousGetHandle();
        if (batch.Bytes.Length > 64 * 1024)
        {
            var bytes = batch.Bytes.Length * 2;
            Libc.setsockopt(fd, SocketLevel, SendBufferForce, &bytes, sizeof(int));
        }
        fixed (byte* bytes = batch.Bytes)
            Libc.Check(Libc.send(fd, bytes, batch.Bytes.Length, 0), "send", name);
        GC.KeepAlive(this);

        LinuxException? first = null;
        var buffer = stackalloc byte[8192];
        while (true)
        {
            var count = (int)Libc.recv(fd, buffer, 8192, DoNotWait);
            if (count < 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error == Errno.EINTR)
                    continue;
                if (error == Errno.EAGAIN)
                    break;
                throw Libc.Error("recv", name);
            }
            var answers = new ReadOnlySpan<byte>(buffer, count);
            while (answers.Length >= 20)
            {
                var length = MemoryMarshal.Read<int>(answers);
                var error = -MemoryMarshal.Read<int>(answers[16..]);
                if (MemoryMarshal.Read<ushort>(answers[4..]) == Error && error != 0)
                    first ??= new LinuxException(name, error, batch.SubjectOf(MemoryMarshal.Read<uint>(answers[8..])));
                answers = answers[Math.Min(answers.Length, Math.Max(20, (length + 3) & ~3))..];
            }
        }
        if (first is not null)
            throw first;
    }

    /// <summary>Asks one question, and hands over the messages of its answer without their netlink headers.</summary>
    /// <param name="type">The message's type.</param>
    /// <param name="header">The family's own header.</param>
    /// <param name="reader">Takes each.</param>
    /// <exception cref="LinuxException">The kernel's error.</exception>
    internal void Ask(ushort type, ReadOnlySpan<byte> header, Reader reader)
    {
        var batch = new NetlinkBatch();
        batch.Begin("", type, Dump, header);
        var fd = (int)handle.DangerousGetHandle();
        fixed (byte* bytes = batch.Bytes)
            Libc.Check(Libc.send(fd, bytes, batch.Bytes.Length, 0), "send", name);

        var buffer = new byte[32 * 1024];
        while (true)
        {
            int count;
            fixed (byte* bytes = buffer)
                count = (int)Libc.Check(Libc.recv(fd, bytes, buffer.Length, 0), "recv", name);
            for (var at = 0; at + 16 <= count;)
            {
                var message = buffer.AsSpan(at, count - at);
                var length = BitConverter.ToInt32(message);
                if (length < 16 || length > message.Length)
                    return;
                switch (BitConverter.ToUInt16(message[4..]))
                {
                    case Done:
                        return;
                    case Error:
                        throw new LinuxException(name, -BitConverter.ToInt32(message[16..]));
                    default:
                        reader(message[16..length]);
                        break;
                }
                at += (length + 3) & ~3;
            }
        }
    }

    /// <summary>The value of an attribute; null where it is not there.</summary>
    internal static byte[]? Attribute(ReadOnlySpan<byte> attributes, ushort type)
    {
        while (attributes.Length >= 4)
        {
            var length = MemoryMarshal.Read<ushort>(attributes);
            if (length < 4 || length > attributes.Length)
                return null;
            if ((MemoryMarshal.Read<ushort>(attributes[2..]) & 0x3FFF) == type)
                return attributes[4..length].ToArray();
            attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        }
        return null;
    }

    public void Dispose() => handle.Dispose();
}
