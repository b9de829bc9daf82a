using System.Threading;
using Virt.Linux.Namespaces;
using Virt.Linux.Processes;

namespace Virt.Linux.Netlink;

/// <summary>Asks whether something listens in another network namespace.</summary>
public static unsafe class PortProbe
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int Internet4 = 2, Internet6 = 10, Stream = 1, CloseOnExec = 0x80000;

    /// <summary>True where a TCP port of the loopback address, IPv4 or IPv6, takes a connection in a process's namespace.</summary>
    public static bool Accepts(PidFd process, int port)
    {
        var accepted = false;
        // The thread goes there and ends there; no other code ever runs on it.
        var thread = new Thread(
            () => accepted = !process.IsClosed && Libc.setns(process.Descriptor, (int)NamespaceKinds.Network) == 0 && (Connect4(port) || Connect6(port)),
            128 * 1024);
        thread.Start();
        thread.Join();
        return accepted;
    }

    private static bool Connect4(int port)
    {
        var address = stackalloc byte[16] { Internet4, 0, (byte)(port >> 8), (byte)port, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 };
        return Connect(Internet4, address, 16);
    }

    private static bool Connect6(int port)
    {
        var address = stackalloc byte[28];
        new System.Span<byte>(address, 28).Clear();
        address[0] = Internet6;
        address[2] = (byte)(port >> 8);
        address[3] = (byte)port;
        address[8 + 15] = 1;
        return Connect(Internet6, address, 28);
    }

    private static bool Connect(int family, byte* address, int length)
    {
        var fd = Libc.socket(family, Stream | CloseOnExec, 0);
        if (fd < 0)
            return false;
        var connected = Libc.connect(fd, address, length) == 0;
        Libc.close(fd);
        return connected;
    }
}
