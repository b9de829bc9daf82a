using System;
using System.Net;
using System.Net.Sockets;
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
        try
        {
            return NetworkNamespace.In(process, () => Connect(IPAddress.Loopback, port) || Connect(IPAddress.IPv6Loopback, port) || Array.Exists(others, address => Connect(address, port)));
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    private static bool Connect(IPAddress to, int port)
    {
        var name = new IPEndPoint(to, port).Serialize();
        var fd = Libc.socket(to.AddressFamily == AddressFamily.InterNetworkV6 ? Internet6 : Internet4, Stream | CloseOnExec, 0);
        if (fd < 0)
            return false;
        bool connected;
        fixed (byte* bytes = name.Buffer.Span)
            connected = Libc.connect(fd, bytes, name.Size) == 0;
        Libc.close(fd);
        return connected;
    }
}
