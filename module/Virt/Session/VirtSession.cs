using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Threading;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;

namespace Virt.Session;

/// <summary>The connections of this process to its agents. An idle connection is used again; one in use is its caller's alone.</summary>
public static class VirtSession
{
    private const int IdleAtMost = 8;
    private static readonly ConcurrentDictionary<string, ConcurrentBag<VirtClient>> Idle = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, string> Names = new(StringComparer.Ordinal);
    private static readonly string ClientName = "Virt/" + typeof(VirtSession).Assembly.GetName().Version?.ToString(3);

    /// <summary>Where a cmdlet goes that was given no ComputerName: the variable VIRT_ENDPOINT, else the installed agent.</summary>
    public static string DefaultEndpoint =>
        Environment.GetEnvironmentVariable("VIRT_ENDPOINT") is { Length: > 0 } text ? text : VirtEndpoint.Default;

    /// <summary>Where cmdlets go that were given no ComputerName: the hosts connected as defaults, else <see cref="DefaultEndpoint"/>.</summary>
    internal static string[] DefaultHosts => ConnectedHosts.All.Where(host => host.IsDefault).Select(host => host.Name).DefaultIfEmpty(DefaultEndpoint).ToArray();

    /// <summary>The name that a host gave itself, for the Host column; the ComputerName as it is where the host was never asked.</summary>
    public static string HostName(string computerName) => Names.TryGetValue(computerName, out var name) ? name : computerName;

    /// <summary>Closes every idle connection.</summary>
    public static void Close()
    {
        foreach (var endpoint in Idle.Keys)
        {
            Close(endpoint);
        }
    }

    /// <summary>Closes the idle connections to an endpoint.</summary>
    internal static void Close(string endpoint)
    {
        while (Idle.TryGetValue(endpoint, out var bag) && bag.TryTake(out var client))
        {
            client.Dispose();
        }
    }

    /// <summary>What -ComputerName means: the endpoint of a connected host, this machine's agent, an endpoint as it is, or the agent inside a machine of any of them.</summary>
    /// <exception cref="VirtException">See <see cref="ConnectedHosts.Find"/>; InvalidArgument: there are several hosts that the machine could be on.</exception>
    internal static string EndpointOf(string computerName)
    {
        if (ConnectedHosts.Find(computerName) is { } connected)
        {
            return connected.Endpoint;
        }

        return VirtEndpoint.TrySplit(computerName, out var host, out var machine)
            ? $"{EndpointOf(host.Length == 0 ? HostOf(machine) : host)}/vm:{machine}"
            : computerName is "localhost" or "." ? DefaultEndpoint : computerName;
    }

    /// <summary>
    /// Calls a method. A query whose kept connection turns out to be dead (the agent was restarted) is asked once more over a new one; a change
    /// never is, so before a change a kept connection is tried with a ping.
    /// </summary>
    /// <exception cref="VirtException">What the agent answered, or why it could not be reached.</exception>
    internal static TResult Invoke<TRequest, TResult>(
        string computerName, Method<TRequest, TResult> method, TRequest request, CallOptions? options, CallObserver observer, Stream? stdin, CancellationToken cancellation)
    {
        // A command in a guest or container is a query, as it ends with its client, but must not run twice.
        var once = method.Kind == MethodKind.Change || observer.Output is not null;
        using var lease = Rent(computerName, alive: once, observer, cancellation);
        try
        {
            return lease.Client.Invoke(method, request, options, observer, stdin, cancellation);
        }
        catch (VirtException e) when (!once && CanRepeat(e, observer, cancellation))
        {
            lease.Renew(Connect(computerName, observer, cancellation));
            return lease.Client.Invoke(method, request, options, observer, stdin, cancellation);
        }
    }

    /// <summary>Turns a change into an operation that goes on by itself.</summary>
    internal static VirtOperation Detach<TRequest, TResult>(string computerName, Method<TRequest, TResult> method, TRequest request, CancellationToken cancellation)
    {
        using var lease = Rent(computerName, alive: true, null, cancellation);
        return lease.Client.Detach(method, request, cancellation);
    }

    private static bool CanRepeat(VirtException e, CallObserver observer, CancellationToken cancellation) =>
        e.Id == "ConnectionLost" && !observer.SawItems && !cancellation.IsCancellationRequested;

    private static Lease Rent(string computerName, bool alive, CallObserver? observer, CancellationToken cancellation)
    {
        var bag = Idle.GetOrAdd(EndpointOf(computerName), static _ => []);
        while (bag.TryTake(out var client))
        {
            if (client.IsOpen && (!alive || IsAlive(client, cancellation)))
            {
                Names[computerName] = NameOf(client);
                return new Lease(bag, client);
            }

            client.Dispose();
        }

        return new Lease(bag, Connect(computerName, observer, cancellation));
    }

    private static bool IsAlive(VirtClient client, CancellationToken cancellation)
    {
        try
        {
            client.Invoke(Methods.Ping, new Nothing(), cancellation: cancellation);
            return true;
        }
        catch (VirtException)
        {
            return false;
        }
    }

    private static VirtClient Connect(string computerName, CallObserver? observer, CancellationToken cancellation)
    {
        var client = VirtClient.Connect(VirtEndpoint.Parse(EndpointOf(computerName)), ClientName, observer, cancellation);
        Names[computerName] = NameOf(client);
        return client;
    }

    // A guest may say of itself what it likes.
    private static string NameOf(VirtClient client) => client.Endpoint.Kind == EndpointKind.VirtualMachine ? "vm:" + client.Endpoint.Address : client.Agent.HostName;

    // Where a machine is looked for of which nobody says on which host it is.
    private static string HostOf(string machine)
    {
        var hosts = DefaultHosts;
        return hosts.Length == 1
            ? hosts[0]
            : throw new VirtException(
                ErrorCode.InvalidArgument, "HostNameAmbiguous", $"Cannot tell which host VM '{machine}' is on: several hosts are the default ({string.Join(", ", hosts)}).", "vm:" + machine, $"-ComputerName {hosts[0]}/vm:{machine}");
    }

    private sealed class Lease(ConcurrentBag<VirtClient> bag, VirtClient client) : IDisposable
    {
        public VirtClient Client { get; private set; } = client;

        public void Renew(VirtClient fresh)
        {
            Client.Dispose();
            Client = fresh;
        }

        public void Dispose()
        {
            if (Client.IsOpen && bag.Count < IdleAtMost)
            {
                bag.Add(Client);
            }
            else
            {
                Client.Dispose();
            }
        }
    }
}
