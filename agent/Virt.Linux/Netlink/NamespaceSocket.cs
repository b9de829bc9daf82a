using System;
using System.Net.Sockets;
using System.Threading;
using Virt.Linux.Namespaces;
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
    public static Socket Open(PidFd process, AddressFamily family)
    {
        Socket? opened = null;
        Exception? failed = null;
        // The thread goes there and ends there; no other code ever runs on it.
        var thread = new Thread(
            () =>
            {
                var isHeld = false;
                try
                {
                    process.DangerousAddRef(ref isHeld);
                    Libc.Check(Libc.setns(process.Descriptor, (int)NamespaceKinds.Network), "setns");
                    opened = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
                }
                catch (Exception e) when (e is LinuxException or SocketException or ObjectDisposedException)
                {
                    failed = e;
                }
                finally
                {
                    if (isHeld)
                    {
                        process.DangerousRelease();
                    }
                }
            },
            128 * 1024);
        thread.Start();
        thread.Join();
        return opened ?? throw failed!;
    }
}
