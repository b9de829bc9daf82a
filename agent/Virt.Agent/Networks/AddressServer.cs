using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Networks.Addresses;

namespace Virt.Agent.Networks;

/// <summary>
/// Tells members by DHCP which address is theirs: guests ask, containers are born with theirs. Only who belongs to a network and runs is answered; who that is comes
/// from outside, and nothing is kept here (docs/adr/0014).
/// </summary>
internal sealed class AddressServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, Served> served = new();

    /// <summary>Begins to answer in a network, where it has a subnet of IPv4; of one that is answered already, only what has changed is taken over.</summary>
    public void Serve(Guid network, string name, NetworkSpec spec)
    {
        if (served.TryGetValue(network, out var present))
        {
            present.Spec = spec;
            return;
        }

        if (!spec.Ranges.Any(static range => !range.IsInternet6))
        {
            return;
        }

        var fresh = new Served(name, spec);
        try
        {
            fresh.Listener = new AddressListener(spec.Bridge, fresh.Find);
        }
        catch (SocketException e)
        {
            fresh.Status = $"VMs get no addresses at {spec.Bridge}: {e.Message}.";
            AgentLog.Error($"Could not listen for DHCP in network '{name}'", e);
        }

        served[network] = fresh;
    }

    /// <summary>What keeps VMs from getting addresses; empty: nothing.</summary>
    public string StatusOf(Guid network) => served.TryGetValue(network, out var present) ? present.Status : "";

    public void Add(Guid network, NetworkMember member)
    {
        if (served.TryGetValue(network, out var present))
        {
            present.Members[PhysicalAddress.Parse(member.Attachment.MacAddress)] = member;
        }
    }

    public void Remove(Guid network, NetworkMember member)
    {
        if (served.TryGetValue(network, out var present))
        {
            present.Members.TryRemove(PhysicalAddress.Parse(member.Attachment.MacAddress), out _);
        }
    }

    /// <summary>Answers no more in a network.</summary>
    public async Task EndAsync(Guid network)
    {
        if (served.TryRemove(network, out var present) && present.Listener is { } listener)
        {
            await listener.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var network in served.Keys.ToList())
        {
            await EndAsync(network).ConfigureAwait(false);
        }
    }

    private sealed class Served(string name, NetworkSpec spec)
    {
        public NetworkSpec Spec { get; set; } = spec;

        public string Status { get; set; } = "";

        public AddressListener? Listener { get; set; }

        public ConcurrentDictionary<PhysicalAddress, NetworkMember> Members { get; } = new();

        public DhcpPlace? Find(PhysicalAddress client)
        {
            var range = Spec.Ranges.First(static r => !r.IsInternet6);
            return Members.TryGetValue(client, out var member)
                && member.Attachment.Addresses.Select(IPAddress.Parse).FirstOrDefault(address => range.NumberOf(address) is not null) is { } own
                ? new DhcpPlace(own, range.PrefixLength, range.Gateway, Spec.Mode != VirtNetworkMode.Isolated, Spec.MtuBytes, member.HostName, name.ToLowerInvariant())
                : null;
        }
    }
}
