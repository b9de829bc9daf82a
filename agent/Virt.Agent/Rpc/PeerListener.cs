using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Fleet;
using Virt.Agent.Operations;
using Virt.Protocol;

namespace Virt.Agent.Rpc;

/// <summary>Accepts the agents of other hosts. One that is no peer may say hello and bring a code, and nothing else.</summary>
public sealed class PeerListener(Lazy<PeerIdentity> identity, PeerService peers, MoveService moves, OperationService operations, Func<Hello, Call, Task<HelloReply>> hello) : IAsyncDisposable
{
    // Strangers may connect as they like; so few at a time that they cost nothing.
    private const int MaxConnections = 64;

    private readonly CancellationTokenSource stopping = new();
    private Socket? socket;
    private Task accepting = Task.CompletedTask;
    private int connections;

    /// <summary>Begins to accept.</summary>
    /// <exception cref="VirtException">Unavailable: the address cannot be listened at.</exception>
    public void Listen(PeerAddress address)
    {
        try
        {
            var at = new IPEndPoint(IPAddress.TryParse(address.Host, out var ip) ? ip : Dns.GetHostAddresses(address.Host)[0], address.Port);
            socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(at);
            socket.Listen(16);
        }
        catch (SocketException e)
        {
            throw new VirtException(ErrorCode.Unavailable, "PeerAddressUnusable", $"Cannot listen for peers at '{address}': {e.Message}.", address.ToString(), "Choose another --peer-listen.", e);
        }

        accepting = AcceptAsync(socket);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        socket?.Dispose();
        await accepting.ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptAsync(stopping.Token).ConfigureAwait(false);
                PeerChannel.Watch(client);
                _ = ServeAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                AgentLog.Warning($"Could not accept a peer: {e.Message}");
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var isTaken = false;
        try
        {
            if (Interlocked.Increment(ref connections) > MaxConnections)
            {
                return;
            }

            var (stream, fingerprint) = await PeerChannel.AcceptAsync(identity.Value, new NetworkStream(client, ownsSocket: true), stopping.Token).ConfigureAwait(false);
            var peer = peers.Find(fingerprint);
            if (stream.NegotiatedApplicationProtocol == PeerChannel.StreamProtocol)
            {
                isTaken = peer is not null && await moves.BringStreamAsync(peer, stream, stopping.Token).ConfigureAwait(false);
                return;
            }

            var user = peer is null ? "peer:unknown" : "peer:" + peer.Name;
            await new Connection(stream, Routes(peer, fingerprint, (client.RemoteEndPoint as IPEndPoint)?.Address), user).ServeAsync(stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // A stranger that speaks no TLS 1.3, shows no certificate, or has left.
        }
        catch (Exception e)
        {
            AgentLog.Error("A peer's connection ended", e);
        }
        finally
        {
            Interlocked.Decrement(ref connections);
            if (!isTaken)
            {
                client.Dispose();
            }
        }
    }

    private Router Routes(VirtPeer? peer, byte[] fingerprint, IPAddress? from)
    {
        var router = new Router(operations);
        router.Add(Methods.Hello, hello);
        router.Add(Methods.IntroducePeer, (request, _) => Task.FromResult(peers.Introduce(request, fingerprint, from)));
        if (peer is not null)
        {
            router.Add(Methods.Ping, (request, _) => Task.FromResult(request));
            router.Add(Methods.CheckMove, (request, call) => moves.CheckAsync(request, call));
            router.Add(Methods.OfferMove, (request, call) => moves.OfferAsync(request, peer, call));
            router.Add(Methods.WatchMove, (request, call) => moves.WatchAsync(request, peer, call));
            router.Add(Methods.PrepareMove, (request, call) => moves.PrepareAsync(request, peer, call));
            router.Add(Methods.CommitMove, (request, _) => moves.CommitAsync(request, peer));
            router.Add(Methods.FinishMove, (request, _) => moves.FinishAsync(request, peer));
            router.Add(Methods.AskMove, (request, _) => moves.AskAsync(request, peer));
        }

        return router;
    }
}
