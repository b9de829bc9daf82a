using System;
using System.Collections.Concurrent;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;

namespace Virt.Agent.Networks.Names;

/// <summary>Answers a network's members at one address, by UDP and TCP.</summary>
internal sealed class NameListener : IAsyncDisposable
{
    private const int Port = 53, LongestDatagram = 4096, MostAtOnce = 256;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private readonly NameZone zone;
    private readonly IPAddress address;
    private readonly Socket datagrams;
    private readonly Socket streams;
    private readonly CancellationTokenSource end = new();
    private readonly SemaphoreSlim room = new(MostAtOnce, MostAtOnce);
    private readonly ConcurrentDictionary<Task, bool> work = new();

    /// <exception cref="SocketException">The port is another program's, or the address is not the host's.</exception>
    public NameListener(IPAddress address, NameZone zone)
    {
        this.zone = zone;
        this.address = address;
        datagrams = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        streams = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            datagrams.Bind(new IPEndPoint(address, Port));
            streams.Bind(new IPEndPoint(address, Port));
            streams.Listen(16);
        }
        catch
        {
            datagrams.Dispose();
            streams.Dispose();
            throw;
        }

        Begin(ReceiveAsync());
        Begin(AcceptAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync().ConfigureAwait(false);
        datagrams.Dispose();
        streams.Dispose();
        while (!work.IsEmpty)
        {
            await Task.WhenAll(work.Keys).ConfigureAwait(false);
        }

        end.Dispose();
        room.Dispose();
    }

    private void Begin(Task task)
    {
        work[task] = true;
        _ = task.ContinueWith(t => work.TryRemove(t, out _), TaskScheduler.Default);
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[LongestDatagram];
        var anybody = new IPEndPoint(address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!end.IsCancellationRequested)
        {
            try
            {
                var received = await datagrams.ReceiveFromAsync(buffer, SocketFlags.None, anybody, end.Token).ConfigureAwait(false);
                var from = (IPEndPoint)received.RemoteEndPoint;
                var query = buffer.AsMemory(0, received.ReceivedBytes);
                if (DnsQuestion.Read(query.Span) is not { } question)
                {
                    continue;
                }

                if (zone.Answer(query.Span, question, from.Address) is { } known)
                {
                    await datagrams.SendToAsync(known, SocketFlags.None, from, end.Token).ConfigureAwait(false);
                }
                else if (await room.WaitAsync(0, end.Token).ConfigureAwait(false)) // more than that at once are not answered; whoever asked asks again
                {
                    Begin(ForwardAsync(query.ToArray(), question, from));
                }
            }
            catch (Exception e) when (IsEnd(e))
            {
                return;
            }
            catch (SocketException)
            {
                // What went to somebody who is gone.
            }
        }
    }

    private async Task ForwardAsync(byte[] query, DnsQuestion question, IPEndPoint from)
    {
        try
        {
            var answer = await AskAsync(query, question, from.Address, isTcp: false).ConfigureAwait(false);
            await datagrams.SendToAsync(answer, SocketFlags.None, from, end.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e) || e is SocketException)
        {
            // Nobody is left to be answered.
        }
        finally
        {
            room.Release();
        }
    }

    private async Task AcceptAsync()
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                var client = await streams.AcceptAsync(end.Token).ConfigureAwait(false);
                if (await room.WaitAsync(0, end.Token).ConfigureAwait(false))
                {
                    Begin(AnswerAsync(client));
                }
                else
                {
                    client.Dispose();
                }
            }
            catch (Exception e) when (IsEnd(e))
            {
                return;
            }
            catch (SocketException e)
            {
                AgentLog.Error($"The name server at {address} could not take a connection", e);
            }
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        try
        {
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
            await using var stream = new NetworkStream(client, ownsSocket: true);
            var from = ((IPEndPoint)client.RemoteEndPoint!).Address;
            timer.CancelAfter(Idle);
            while (await DnsStream.ReadAsync(stream, timer.Token).ConfigureAwait(false) is { } query && DnsQuestion.Read(query) is { } question)
            {
                var answer = zone.Answer(query, question, from) ?? await AskAsync(query, question, from, isTcp: true).ConfigureAwait(false);
                await DnsStream.WriteAsync(stream, answer, timer.Token).ConfigureAwait(false);
                timer.CancelAfter(Idle);
            }
        }
        catch (Exception e) when (IsEnd(e) || e is SocketException or IOException)
        {
            // It has closed, or said nothing for long.
        }
        finally
        {
            room.Release();
        }
    }

    private async Task<byte[]> AskAsync(byte[] query, DnsQuestion question, IPAddress from, bool isTcp)
    {
        var own = zone.ServersOf(from);
        var answer = await NameForwarder.AskAsync(query, own.Count > 0 ? own : NameForwarder.HostServers(), isTcp, end.Token).ConfigureAwait(false);
        return answer ?? DnsReply.Empty(query, question, DnsReply.ServerFailure);
    }

    private bool IsEnd(Exception e) => e is OperationCanceledException or ObjectDisposedException || end.IsCancellationRequested;
}
