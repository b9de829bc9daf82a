using System;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Virt.Linux.Sockets;

/// <summary>Who is at the other end of a Unix socket, as the kernel knows it. Source: unix(7), SO_PEERCRED.</summary>
public static class PeerCredentials
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>The uid of this process.</summary>
    public static uint OwnUid => GetEuid();

    /// <summary>The uid that the peer had when it connected.</summary>
    /// <exception cref="SocketException">The socket is no connected Unix socket.</exception>
    public static uint Uid(Socket socket)
    {
        // struct ucred { pid_t pid; uid_t uid; gid_t gid; }
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return BitConverter.ToUInt32(credentials[4..]);
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint GetEuid();
}
