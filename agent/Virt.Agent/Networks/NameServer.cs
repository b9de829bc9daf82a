using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net.Sockets;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Networks.Names;

namespace Virt.Agent.Networks;

/// <summary>The name servers of all networks: members find each other by name and by address, and everybody else through the host (docs/adr/0014).</summary>
internal sealed class NameServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, Served> served = new();

    /// <summary>Begins to answer in a network; of one that is answered already, only what has changed is taken over.</summary>
    public void Serve(Guid network, string name, NetworkSpec spec)
    {
        var isIsolated = spec.Mode == VirtNetworkMode.Isolated;
        if (served.TryGetValue(network, out var present))
        {
            present.Zone.IsIsolated = isIsolated;
            return;
        }

        var zone = new NameZone(name, [.. spec.Ranges], Besides) { IsIsolated = isIsolated };
        var listeners = new List<NameListener>();
        var status = "";
        foreach (var range in spec.Ranges)
        {
            try
            {
                listeners.Add(new NameListener(range.Gateway, zone));
            }
            catch (SocketException e)
            {
                status = $"Names are not answered at {range.Gateway}: {e.Message}.";
                AgentLog.Error($"Could not listen for names in network '{name}'", e);
            }
        }

        served[network] = new Served(zone, listeners, status);
    }

    /// <summary>What keeps members from finding each other; empty: nothing.</summary>
    public string StatusOf(Guid network) => served.TryGetValue(network, out var present) ? present.Status : "";

    public void Add(Guid network, NetworkMember member)
    {
        if (served.TryGetValue(network, out var present))
        {
            present.Zone.Add(member);
        }
    }

    public void Remove(Guid network, NetworkMember member)
    {
        if (served.TryGetValue(network, out var present))
        {
            present.Zone.Remove(member.Id);
        }
    }

    /// <summary>Answers no more in a network.</summary>
    public async Task EndAsync(Guid network)
    {
        if (served.TryRemove(network, out var present))
        {
            foreach (var listener in present.Listeners)
            {
                await listener.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var network in served.Keys.ToList())
        {
            await EndAsync(network).ConfigureAwait(false);
        }
    }

    // A workload asks the name servers of its first adapter's network alone (resolv.conf(5): the next one is asked only where one is silent).
    private List<NameZone> Besides(NameZone zone, Guid workload)
    {
        var found = new List<(int Number, NameZone Zone)>();
        foreach (var (_, other) in served)
        {
            if (other.Zone != zone && other.Zone.NumberOf(workload) is { } number)
            {
                found.Add((number, other.Zone));
            }
        }

        return [.. found.OrderBy(static one => one.Number).Select(static one => one.Zone)];
    }

    private sealed record Served(NameZone Zone, IReadOnlyList<NameListener> Listeners, string Status);
}
