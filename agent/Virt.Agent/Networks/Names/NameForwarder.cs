using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Networks.Names;

/// <summary>Asks the host's name servers, or a member's own (resolv.conf(5)).</summary>
internal static class NameForwarder
{
    private const int Port = 53, LongestMessage = 65535;
    private const string Resolver = "/etc/resolv.conf";

    // The asker tries again after five seconds (resolv.conf(5), timeout): by then both servers of a host have had their turn.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The servers that the host asks.</summary>
    public static IReadOnlyList<string> HostServers()
    {
        try
        {
            return [.. File.ReadLines(Resolver).Select(static line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(static words => words is ["nameserver", ..] && words.Length > 1).Select(static words => words[1]).Take(3)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Asks one after the other.</summary>
    /// <returns>The first answer, as the asker gets it; null where there is none.</returns>
    public static async Task<byte[]?> AskAsync(ReadOnlyMemory<byte> query, IReadOnlyList<string> servers, bool isTcp, CancellationToken cancellation)
    {
        foreach (var server in servers)
        {
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timer.CancelAfter(Patience);
            try
            {
                if (IPAddress.TryParse(server, out var address))
                {
                    return await (isTcp ? AskByTcpAsync(query, address, timer.Token) : AskByUdpAsync(query, address, timer.Token)).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                // The next one.
            }
        }

        return null;
    }

    private static async Task<byte[]> AskByUdpAsync(ReadOnlyMemory<byte> query, IPAddress server, CancellationToken cancellation)
    {
        // A port and a number of its own: who wants to answer in the server's place has to guess both (RFC 5452, section 4).
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(new IPEndPoint(server, Port), cancellation).ConfigureAwait(false);
        var number = (ushort)RandomNumberGenerator.GetInt32(65536);
        var ours = query.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(ours, number);
        await socket.SendAsync(ours, cancellation).ConfigureAwait(false);
        var buffer = new byte[LongestMessage];
        while (true)
        {
            var count = await socket.ReceiveAsync(buffer, cancellation).ConfigureAwait(false);
            if (count >= DnsQuestion.HeaderSize && BinaryPrimitives.ReadUInt16BigEndian(buffer) == number)
            {
                query.Span[..2].CopyTo(buffer);
                return buffer[..count];
            }
        }
    }

    private static async Task<byte[]> AskByTcpAsync(ReadOnlyMemory<byte> query, IPAddress server, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(server, Port), cancellation).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        await DnsStream.WriteAsync(stream, query, cancellation).ConfigureAwait(false);
        return await DnsStream.ReadAsync(stream, cancellation).ConfigureAwait(false) ?? throw new IOException("The server has closed the connection.");
    }
}
