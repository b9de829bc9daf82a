using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Sockets;

/// <summary>
/// Holds a port of the host without listening on it, so that no other program gets it. Its socket has no SO_REUSEADDR, which the runtime's would have: with that
/// another one could take the port as well (socket(7)).
/// </summary>
public static unsafe class HeldPort
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int Internet4 = 2, Internet6 = 10, Stream = 1, Datagrams = 2, CloseOnExec = 0x80000, Internet6Level = 41, Internet6Only = 26;

    /// <summary>Takes a port until the handle is closed.</summary>
    /// <param name="address">The host's address; all zeros: all of that family.</param>
    /// <param name="port">The port.</param>
    /// <param name="isUdp">UDP, else TCP.</param>
    /// <exception cref="LinuxException">EADDRINUSE: another program has it. EADDRNOTAVAIL: the host has no such address. EAFNOSUPPORT: the host has no such family.</exception>
    public static SafeFileHandle Take(IPAddress address, int port, bool isUdp)
    {
        var end = new IPEndPoint(address, port);
        var text = end.ToString(); // written before the calls: the runtime may itself call the system meanwhile, and so replace what they failed with
        var name = end.Serialize();
        var isInternet6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var fd = (int)Libc.Check(Libc.socket(isInternet6 ? Internet6 : Internet4, (isUdp ? Datagrams : Stream) | CloseOnExec, 0), "socket", text);
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        if (isInternet6)
        {
            var only = 1;
            Libc.setsockopt(fd, Internet6Level, Internet6Only, &only, sizeof(int));
        }
        fixed (byte* bytes = name.Buffer.Span)
        {
            if (Libc.bind(fd, bytes, name.Size) == 0)
                return handle;
        }
        var error = Libc.Error("bind", text);
        handle.Dispose();
        throw error;
    }
}
