using System;
using System.IO;
using System.IO.Pipes;
using System.Net.Sockets;
using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Protocol.Client;

namespace Virt.Agent.Rpc;

/// <summary>Copies bytes between stdio and an agent's socket or pipe, for a client that comes by SSH.</summary>
internal static class Bridge
{
    /// <summary>Copies until either side ends.</summary>
    /// <exception cref="VirtException">Unavailable: no agent listens there. PermissionDenied: this user may not.</exception>
    public static async Task RunAsync(VirtEndpoint endpoint)
    {
        await using var agent = await ConnectAsync(endpoint).ConfigureAwait(false);
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        var there = input.CopyToAsync(agent);
        var back = agent.CopyToAsync(output);
        try
        {
            // Whichever ends first: the client's end means nobody reads any more, the agent's end that nothing more comes.
            await (await Task.WhenAny(there, back).ConfigureAwait(false)).ConfigureAwait(false);
            await output.FlushAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The same, seen while writing.
        }
    }

    private static async Task<Stream> ConnectAsync(VirtEndpoint endpoint)
    {
        if (endpoint.Kind == EndpointKind.NamedPipe)
        {
            var pipe = new NamedPipeClientStream(endpoint.Server, endpoint.Address, PipeDirection.InOut, PipeOptions.Asynchronous);
            await pipe.ConnectAsync(1000).ConfigureAwait(false);
            return pipe;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(endpoint.Address)).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw e.SocketErrorCode == SocketError.AccessDenied
                ? new VirtException(ErrorCode.PermissionDenied, "AgentAccessDenied", $"Cannot reach the agent at '{endpoint}': this user may not open it; membership of the group 'virt' is required.", endpoint.Text, "sudo usermod --append --groups virt $USER", e)
                : new VirtException(ErrorCode.Unavailable, "AgentUnavailable", $"Cannot reach the agent at '{endpoint}': nobody listens there.", endpoint.Text, "sudo systemctl start virt-agent.socket", e);
        }
    }
}
