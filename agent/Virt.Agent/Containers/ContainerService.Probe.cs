using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Netlink;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private static readonly IPAddress[] Loopback = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>Asks whether a TCP port of loopback, or of its own address, takes a connection, from inside the container's network.</summary>
    /// <exception cref="VirtException">NotFound. A container that does not run is a result, not an error.</exception>
    public Task<ProbeResult> ProbeTcpAsync(Guid id, int port, TimeSpan timeout, CancellationToken cancellation)
    {
        var entry = Find("ask", id, "");
        return ProbeAsync(entry, [.. Loopback, .. OwnAddresses(entry)], port, static (_, _) => Task.FromResult(new ProbeResult(true, "accepted a connection")), timeout, cancellation);
    }

    /// <summary>Asks an HTTP address from inside the container's network; 200 to 399 is a success.</summary>
    /// <param name="id">The container.</param>
    /// <param name="url"><c>http://</c> and an IP address, <c>localhost</c> or the container's host name.</param>
    /// <param name="timeout">How long the answer may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="VirtException">NotFound; InvalidArgument (the address).</exception>
    public Task<ProbeResult> ProbeHttpAsync(Guid id, Uri url, TimeSpan timeout, CancellationToken cancellation)
    {
        var entry = Find("ask", id, "");
        return ProbeAsync(entry, AddressesOf(entry, url), url.Port, (stream, token) => HttpProbe.AskAsync(stream, url, token), timeout, cancellation);
    }

    private static IPAddress[] AddressesOf(ContainerEntry entry, Uri url)
    {
        var known = url is { IsAbsoluteUri: true, Scheme: "http" };
        var host = known ? url.DnsSafeHost : "";
        if (known && IPAddress.TryParse(host, out var address))
        {
            return [address];
        }

        return known && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.Equals(entry.Spec.HostName, StringComparison.OrdinalIgnoreCase))
            ? [.. Loopback, .. OwnAddresses(entry)]
            : throw new VirtException(
                ErrorCode.InvalidArgument,
                "InvalidProbeAddress",
                $"Cannot ask container '{entry.Name}': '{url}' is not 'http://' with an IP address, 'localhost' or its host name '{entry.Spec.HostName}'.",
                entry.Name,
                "Invoke-Patch -HealthHttp http://127.0.0.1:8080/");
    }

    private static async Task<ProbeResult> ProbeAsync(
        ContainerEntry entry, IPAddress[] addresses, int port, Func<Stream, CancellationToken, Task<ProbeResult>> ask, TimeSpan timeout, CancellationToken cancellation)
    {
        if (entry.Process is not { } process)
        {
            return new ProbeResult(false, $"it is {entry.State}");
        }

        if (entry.Spec.IsMachine)
        {
            // Its loopback is in its machine, where nobody comes: it is asked at its address, as others do.
            addresses = [.. addresses.Where(static address => !IPAddress.IsLoopback(address)).Union(OwnAddresses(entry))];
        }

        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timer.CancelAfter(timeout);
        var result = new ProbeResult(false, "no address");
        foreach (var address in addresses)
        {
            try
            {
                using var socket = entry.Spec.IsMachine ? new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) : NamespaceSocket.Open(process.PidFd, address.AddressFamily);
                await socket.ConnectAsync(new IPEndPoint(address, port), timer.Token).ConfigureAwait(false);
                await using var stream = new NetworkStream(socket, ownsSocket: false);
                return await ask(stream, timer.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return new ProbeResult(false, $"no answer within {timeout.TotalSeconds:0.###} s");
            }
            catch (SocketException e)
            {
                // What the first address says is the cause: the second is tried in case the service has only that.
                result = ReferenceEquals(address, addresses[0]) ? new ProbeResult(false, Words(e)) : result;
            }
            catch (IOException e)
            {
                return new ProbeResult(false, e.InnerException is SocketException inner ? Words(inner) : "the connection was closed without an answer");
            }
            catch (Exception e) when (e is LinuxException or ObjectDisposedException)
            {
                return new ProbeResult(false, "it has ended");
            }
        }

        return result;
    }

    private static string Words(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset",
        SocketError.NetworkUnreachable or SocketError.HostUnreachable => "no route to it",
        _ => e.Message,
    };
}
