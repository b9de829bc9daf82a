using System;
using System.IO;
using System.IO.Pipes;
using System.Net.Sockets;

namespace Virt.Protocol.Client;

/// <summary>Opens the stream of bytes to an agent.</summary>
internal static class Transport
{
    /// <summary>Connects.</summary>
    /// <exception cref="VirtException">Unavailable: nobody listens. PermissionDenied: this user may not.</exception>
    public static Stream Open(VirtEndpoint endpoint, TimeSpan timeout) => endpoint.Kind switch
    {
        EndpointKind.UnixSocket => OpenSocket(endpoint),
        EndpointKind.Ssh => SshStream.Open(endpoint),
        _ => OpenPipe(endpoint, timeout),
    };

    private static NetworkStream OpenSocket(VirtEndpoint endpoint)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixEndPoint(endpoint.Address));
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw e.SocketErrorCode == SocketError.AccessDenied ? Denied(endpoint, e) : Nobody(endpoint, e);
        }
    }

    private static NamedPipeClientStream OpenPipe(VirtEndpoint endpoint, TimeSpan timeout)
    {
        var pipe = new NamedPipeClientStream(endpoint.Server, endpoint.Address, PipeDirection.InOut, PipeOptions.Asynchronous);
        try
        {
            pipe.Connect((int)timeout.TotalMilliseconds);
            return pipe;
        }
        catch (UnauthorizedAccessException e)
        {
            pipe.Dispose();
            throw Denied(endpoint, e);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            pipe.Dispose();
            throw Nobody(endpoint, e);
        }
    }

    private static VirtException Nobody(VirtEndpoint endpoint, Exception e) => new(
        ErrorCode.Unavailable,
        "AgentUnavailable",
        $"Cannot reach the agent at '{endpoint}': nobody listens there.",
        target: endpoint.Text,
        action: "systemctl start virt-agent.socket, or from a checkout ./build/run.sh",
        inner: e);

    private static VirtException Denied(VirtEndpoint endpoint, Exception e) => new(
        ErrorCode.PermissionDenied,
        "AgentAccessDenied",
        $"Cannot reach the agent at '{endpoint}': this user may not open it; membership of the group 'virt' is required.",
        target: endpoint.Text,
        action: "sudo usermod --append --groups virt $USER, then log in again",
        inner: e);
}
