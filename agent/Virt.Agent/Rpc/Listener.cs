using System;
using System.Collections.Concurrent;
using System.IO;
using System.IO.Pipes;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Hosts;
using Virt.Linux.Sockets;
using Virt.Protocol;
using Virt.Protocol.Client;

namespace Virt.Agent.Rpc;

/// <summary>Accepts clients at the agent's endpoints.</summary>
public sealed class Listener(Router router) : IAsyncDisposable
{
    // Far more than a host's admins, scripts and jobs together; a runaway loop of connects is refused instead of filling memory.
    private const int MaxConnections = 512;

    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentBag<Task> accepting = [];
    private readonly ConcurrentBag<IDisposable> listening = [];
    private readonly ConcurrentBag<string> paths = [];
    private int connections;

    /// <summary>Begins to accept at an endpoint.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="group">The group that may open a Unix socket beside root; where there is no such group, root alone may.</param>
    /// <exception cref="VirtException">Conflict: somebody listens there already.</exception>
    public void Listen(VirtEndpoint endpoint, string group)
    {
        if (endpoint.Kind == EndpointKind.UnixSocket)
        {
            Accept(UnixListener.Open(endpoint.Address, group));
            paths.Add(endpoint.Address);
        }
        else
        {
            accepting.Add(AcceptPipesAsync(endpoint.Address));
        }
    }

    /// <summary>Begins to accept at a socket that systemd has opened.</summary>
    public void Listen(Socket inherited) => Accept(inherited);

    /// <summary>Stops accepting and ends all connections; changes that are under way are the caller's.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        foreach (var path in paths)
        {
            File.Delete(path);
        }

        foreach (var socket in listening)
        {
            socket.Dispose();
        }

        await Task.WhenAll(accepting).ConfigureAwait(false);
        stopping.Dispose();
    }

    private void Accept(Socket socket)
    {
        listening.Add(socket);
        accepting.Add(AcceptSocketsAsync(socket));
    }

    private async Task AcceptSocketsAsync(Socket socket)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var client = await socket.AcceptAsync(stopping.Token).ConfigureAwait(false);
                Serve(new NetworkStream(client, ownsSocket: true), PeerCredentials.Uid(client));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of descriptors, or the client left before it was accepted: the next one may have more luck.
                AgentLog.Warning($"Could not accept a client: {e.Message}");
                await Task.Delay(10, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task AcceptPipesAsync(string name)
    {
        while (!stopping.IsCancellationRequested)
        {
            // On Linux a pipe is a socket in the temporary folder, which others could open: this user's own only.
            var pipe = new NamedPipeServerStream(name, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            try
            {
                await pipe.WaitForConnectionAsync(stopping.Token).ConfigureAwait(false);
                Serve(pipe, PeerCredentials.OwnUid);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or UnauthorizedAccessException)
            {
                await pipe.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private void Serve(Stream stream, uint uid)
    {
        if (Interlocked.Increment(ref connections) > MaxConnections)
        {
            Interlocked.Decrement(ref connections);
            AgentLog.Warning($"Refused a client of user {uid}: {MaxConnections} are connected");
            stream.Dispose();
            return;
        }

        _ = ServeAsync(stream, uid);
    }

    private async Task ServeAsync(Stream stream, uint uid)
    {
        try
        {
            var connection = new Connection(stream, router, UserNames.Of(uid));
            await connection.ServeAsync(stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            AgentLog.Error($"A connection of user {uid} ended", e);
        }
        finally
        {
            Interlocked.Decrement(ref connections);
        }
    }
}
