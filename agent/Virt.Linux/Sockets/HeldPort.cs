using System;
using System.Net;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Sockets;

/// <summary>
/// Holds a port of the host without listening on it, so that no other program gets it. Its socket has no SO_REUSEADDR, which the runtime's would have: with that
/// another one could take the port as well (socket(7)).
/// </summary>
public static unsafe class HeldPort
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack until the call has returned.
    private const int Internet4 = 2, Internet6 = 10, Stream = 1, Datagrams = 2, CloseOnExec = 0x80000, Internet6Level = 41, Internet6Only = 26;

    /// <summary>Takes a port until the handle is closed.</summary>
    /// <param name="address">The host's address; all zeros: all of that family.</param>
    /// <param name="port">The port.</param>
    /// <param name="isUdp">UDP, else TCP.</param>
    /// <exception cref="LinuxException">EADDRINUSE: another program has it. EADDRNOTAVAIL: the host has no such address. EAFNOSUPPORT: the host has no such family.</exception>
    public static SafeFileHandle Take(IPAddress address, int port, bool isUdp)
    {
        var bytes = address.GetAddressBytes();
        var isInternet6 = bytes.Length == 16;
        var fd = (int)Libc.Check(Libc.socket(isInternet6 ? Internet6 : Internet4, (isUdp ? Datagrams : Stream) | CloseOnExec, 0), "socket", address.ToString());
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        // struct sockaddr_in: address at 4; struct sockaddr_in6: at 8
        var name = stackalloc byte[28];
        new Span<byte>(name, 28).Clear();
        name[0] = (byte)(isInternet6 ? Internet6 : Internet4);
        name[2] = (byte)(port >> 8);
        name[3] = (byte)port;
        bytes.CopyTo(new Span<byte>(name + (isInternet6 ? 8 : 4), bytes.Length));
        if (isInternet6)
        {
            var only = 1;
            Libc.setsockopt(fd, Internet6Level, Internet6Only, &only, sizeof(int));
        }
        if (Libc.bind(fd, name, isInternet6 ? 28 : 16) == 0)
            return handle;
        var error = Libc.Error("bind", $"{new IPEndPoint(address, port)}");
        handle.Dispose();
        throw error;
    }
}
