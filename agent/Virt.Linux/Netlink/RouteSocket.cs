using System;
using System.Collections.Generic;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Namespaces;
using Virt.Linux.Processes;

namespace Virt.Linux.Netlink;

/// <summary>Links and addresses of one network namespace (rtnetlink(7)).</summary>
public sealed unsafe class RouteSocket : IDisposable
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int NetlinkFamily = 16, Raw = 3, CloseOnExec = 0x80000;
    private const ushort Done = 3, Error = 2, GetLink = 18, GetAddress = 22, Request = 1, Dump = 0x300;
    private const uint LoopbackFlag = 8;
    private readonly SafeFileHandle socket;
    private uint sequence;

    private RouteSocket(SafeFileHandle socket) => this.socket = socket;

    /// <summary>Opens the caller's namespace.</summary>
    public static RouteSocket Open() =>
        new(new SafeFileHandle((nint)Libc.Check(Libc.socket(NetlinkFamily, Raw | CloseOnExec, 0), "socket", "netlink"), ownsHandle: true));

    /// <summary>Opens the namespace of a process.</summary>
    /// <exception cref="LinuxException">ESRCH: it has ended.</exception>
    public static RouteSocket Open(PidFd process)
    {
        // A socket belongs for good to the namespace in which it was made. A thread of its own goes there, and ends there.
        RouteSocket? opened = null;
        LinuxException? failed = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    Libc.Check(Libc.setns(process.Descriptor, (int)NamespaceKinds.Network), "setns");
                    opened = Open();
                }
                catch (LinuxException e)
                {
                    failed = e;
                }
            },
            128 * 1024);
        thread.Start();
        thread.Join();
        return opened ?? throw failed!;
    }

    /// <summary>All addresses of all links.</summary>
    public IReadOnlyList<NetworkAddress> ReadAddresses()
    {
        var links = new Dictionary<int, (string Name, bool IsLoopback)>();
        // struct ifinfomsg: family, type, index at 4, flags at 8; attributes from 16. IFLA_IFNAME = 3.
        Ask(GetLink, body => links[BitConverter.ToInt32(body[4..])] =
            (Attribute(body[16..], 3) is { } name ? Encoding.UTF8.GetString(name).TrimEnd('\0') : "", (BitConverter.ToUInt32(body[8..]) & LoopbackFlag) != 0));
        var addresses = new List<NetworkAddress>();
        // struct ifaddrmsg: family, prefix length, flags, scope, index at 4; attributes from 8. IFA_LOCAL = 2, else IFA_ADDRESS = 1.
        Ask(GetAddress, body =>
        {
            if ((Attribute(body[8..], 2) ?? Attribute(body[8..], 1)) is { Length: 4 or 16 } bytes && links.TryGetValue(BitConverter.ToInt32(body[4..]), out var link))
                addresses.Add(new NetworkAddress(link.Name, new IPAddress(bytes), body[1], link.IsLoopback));
        });
        return addresses;
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private delegate void Reader(ReadOnlySpan<byte> body);

    private void Ask(ushort type, Reader reader)
    {
        var fd = (int)socket.DangerousGetHandle();
        Span<byte> request = stackalloc byte[32];
        request.Clear();
        BitConverter.TryWriteBytes(request, 32);
        BitConverter.TryWriteBytes(request[4..], type);
        BitConverter.TryWriteBytes(request[6..], (ushort)(Request | Dump));
        BitConverter.TryWriteBytes(request[8..], ++sequence);
        fixed (byte* bytes = request)
            Libc.Check(Libc.send(fd, bytes, request.Length, 0), "send", "netlink");

        var buffer = new byte[32 * 1024];
        while (true)
        {
            int count;
            fixed (byte* bytes = buffer)
                count = (int)Libc.Check(Libc.recv(fd, bytes, buffer.Length, 0), "recv", "netlink");
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
                        throw new LinuxException("rtnetlink", -BitConverter.ToInt32(message[16..]));
                    default:
                        reader(message[16..length]);
                        break;
                }
                at += (length + 3) & ~3;
            }
        }
    }

    private static byte[]? Attribute(ReadOnlySpan<byte> attributes, ushort type)
    {
        while (attributes.Length >= 4)
        {
            var length = MemoryMarshal.Read<ushort>(attributes);
            if (length < 4 || length > attributes.Length)
                return null;
            if (MemoryMarshal.Read<ushort>(attributes[2..]) == type)
                return attributes[4..length].ToArray();
            attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        }
        return null;
    }
}
