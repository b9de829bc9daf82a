using System;
using System.Net;
using System.Threading;
using Virt.Linux.Namespaces;
using Virt.Linux.Processes;

namespace Virt.Linux.Netlink;

/// <summary>Asks whether something listens in another network namespace.</summary>
public static unsafe class PortProbe
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int Internet4 = 2, Internet6 = 10, Stream = 1, CloseOnExec = 0x80000;

    /// <summary>True where a TCP port takes a connection in a process's namespace: of the loopback address, IPv4 or IPv6, or of another.</summary>
    /// <param name="process">The process.</param>
    /// <param name="port">The port.</param>
    /// <param name="others">Further addresses; one after the other is tried.</param>
    public static bool Accepts(PidFd process, int port, params IPAddress[] others)
    {
        var accepted = false;
        // The thread goes there and ends there; no other code ever runs on it.
        var thread = new Thread(
            () => accepted = !process.IsClosed && Libc.setns(process.Descriptor, (int)NamespaceKinds.Network) == 0
                && (Connect(IPAddress.Loopback, port) || Connect(IPAddress.IPv6Loopback, port) || Array.Exists(others, address => Connect(address, port))),
            128 * 1024);
        thread.Start();
        thread.Join();
        return accepted;
    }

    private static bool Connect(IPAddress to, int port)
    {
        // struct sockaddr_in: address at 4; struct sockaddr_in6: at 8
        var bytes = to.GetAddressBytes();
        var isInternet6 = bytes.Length == 16;
        var address = stackalloc byte[28];
        new Span<byte>(address, 28).Clear();
        address[0] = isInternet6 ? (byte)Internet6 : (byte)Internet4;
        address[2] = (byte)(port >> 8);
        address[3] = (byte)port;
        bytes.CopyTo(new Span<byte>(address + (isInternet6 ? 8 : 4), bytes.Length));
        var fd = Libc.socket(address[0], Stream | CloseOnExec, 0);
        if (fd < 0)
            return false;
        var connected = Libc.connect(fd, address, isInternet6 ? 28 : 16) == 0;
        Libc.close(fd);
        return connected;
    }
}
