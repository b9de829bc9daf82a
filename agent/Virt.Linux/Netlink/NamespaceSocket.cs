using System.Net.Sockets;
using Virt.Linux.Processes;

namespace Virt.Linux.Netlink;

/// <summary>Sockets that live in another network namespace: a socket belongs for good to the one in which it was made.</summary>
public static class NamespaceSocket
{
    /// <summary>Makes a TCP socket in the network namespace of a process. Its connections go from there, whichever thread makes them.</summary>
    /// <param name="process">The process.</param>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <exception cref="LinuxException">ESRCH: it has ended.</exception>
    /// <exception cref="SocketException">The namespace has no such addresses.</exception>
    public static Socket Open(PidFd process, AddressFamily family) => NetworkNamespace.In(process, () => new Socket(family, SocketType.Stream, ProtocolType.Tcp));
}
