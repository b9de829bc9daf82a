using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Networks;
using Virt.Linux;
using Virt.Linux.Netlink;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Containers in several networks (docs/adr/0046).</content>
public sealed partial class ContainerService
{
    private const int MostAdapters = 31;

    private string[] FurtherNetworksOf(ContainerSpec spec) => [.. spec.Adapters.Select(NetworkOf)];

    private string NetworkOf(ContainerAdapter adapter) => adapter.Attachment is { } there ? networks.NameOf(there.NetworkId) : adapter.Network;

    private static string[] AddressesOf(ContainerSpec spec) =>
        spec.Adapters.Count == 0 ? [.. spec.Attachment?.Addresses ?? []] : [.. spec.Attachment?.Addresses ?? [], .. spec.Adapters.SelectMany(static adapter => adapter.Attachment?.Addresses ?? [])];

    // What belongs to none of its networks is the first one's to refuse.
    private string[] AddressesOfFirst(NewContainer request) => [.. request.IPAddresses.Where(address => !request.AdditionalNetworks.Any(network => networks.Has(network, address)))];

    // The places that a container is to have beside its first, which it has already. Where one cannot be had, it has none, nor the first.
    private ContainerSpec JoinFurther(Guid id, string name, NewContainer request, ContainerSpec spec, bool whatIf, string verb)
    {
        try
        {
            foreach (var network in request.AdditionalNetworks)
            {
                var addresses = request.IPAddresses.Where(address => networks.Has(network, address)).ToList();
                spec = spec with { Adapters = [.. spec.Adapters, JoinFurther(id, name, spec, network, addresses, whatIf, verb)] };
            }

            return spec;
        }
        catch when (!whatIf)
        {
            GiveBack(id, name, spec);
            throw;
        }
    }

    private ContainerAdapter JoinFurther(Guid id, string name, ContainerSpec spec, string network, IReadOnlyList<string> addresses, bool whatIf, string verb)
    {
        if (networks.FindId(network) is { } found && PlacesOf(spec).FirstOrDefault(place => place.Attachment.NetworkId == found) is { Attachment: not null } there)
        {
            throw InNetwork(verb, name, there.Number, network);
        }

        var number = Enumerable.Range(1, MostAdapters).FirstOrDefault(one => spec.Adapters.All(adapter => adapter.Number != one));
        if (number == 0)
        {
            throw new VirtException(ErrorCode.ResourceExhausted, "TooManyAdapters", $"Cannot {verb} container '{name}': it has {MostAdapters} network adapters beside the first already.", name, $"Get-ContainerNetworkAdapter {name}");
        }

        var adapter = new ContainerAdapter { Id = Guid.NewGuid(), Number = number, Network = network };
        return adapter with
        {
            Attachment = networks.Join(
                new MemberRequest
                {
                    Id = adapter.Id,
                    Workload = id,
                    Number = number,
                    Kind = Kind,
                    Verb = verb,
                    Name = name,
                    HostName = spec.HostName,
                    Network = network,
                    Addresses = addresses,
                    Dns = spec.Dns,
                    OpenSpace = () => OpenSpace(id),
                },
                whatIf),
        };
    }

    private static VirtException InNetwork(string verb, string name, int number, string network) => new(
        ErrorCode.Conflict,
        "AlreadyInNetwork",
        $"Cannot {verb} container '{name}': it is in the network '{network}' already, by its adapter '{NetworkService.InnerName(number)}'.",
        name,
        $"Get-ContainerNetworkAdapter {name}");

    private static IEnumerable<(int Number, NetworkAttachment Attachment)> PlacesOf(ContainerSpec spec) =>
        spec.Adapters.Select(static adapter => (adapter.Number, adapter.Attachment!)).Prepend((0, spec.Attachment!));

    // Of a container that is not made after all.
    private void GiveBack(Guid id, string name, ContainerSpec spec)
    {
        networks.GiveBack(new NetworkMember { Id = id, Kind = Kind, Name = name, HostName = spec.HostName, Attachment = spec.Attachment! });
        foreach (var adapter in spec.Adapters)
        {
            networks.GiveBack(new NetworkMember { Id = adapter.Id, Kind = Kind, Name = name, HostName = spec.HostName, Attachment = adapter.Attachment! });
        }
    }

    private NetworkMember MemberOf(ContainerEntry entry, ContainerSpec spec, ContainerAdapter adapter) => new()
    {
        Id = adapter.Id,
        Workload = entry.Id,
        Number = adapter.Number,
        Kind = Kind,
        Name = entry.Name,
        HostName = spec.HostName,
        Attachment = adapter.Attachment!,
        Dns = spec.Dns,
        OpenSpace = () => OpenSpace(entry.Id),
    };

    // A router is one where somebody has said so.
    private static bool MayForward(ContainerSpec spec) =>
        spec.Sysctls.Keys.Any(static key => key == "net.ipv4.ip_forward" || (key.StartsWith("net.ipv4.conf.", StringComparison.Ordinal) && key.EndsWith(".forwarding", StringComparison.Ordinal)));

    private void ConnectFurther(PreparedLaunch prepared, SafeFileHandle space, RouteSocket inside)
    {
        for (var i = 0; i < prepared.Further.Count; i++)
        {
            networks.ConnectFurther(prepared.Further[i], [prepared.Member!, .. prepared.Further.Take(i)], prepared.Launch.Id, space, inside, prepared.MayForward);
        }
    }

    // Under the lock: replaces an adapter, adds it, or, where there is none to be, takes it away.
    private void SetAdapter(ContainerEntry entry, ContainerAdapter adapter, ContainerAdapter? to) => entry.Set(table, entry.State, entry.Run, entry.Spec with
    {
        Adapters = [.. entry.Spec.Adapters.Where(other => other.Id != adapter.Id).Concat(to is null ? [] : [to]).OrderBy(static one => one.Number)],
    });

    private IReadOnlyList<NetworkMember> OthersOf(ContainerEntry entry, ContainerAdapter adapter) =>
        [MemberOf(entry, entry.Spec)!, .. entry.Spec.Adapters.Where(other => other.Id != adapter.Id).Select(other => MemberOf(entry, entry.Spec, other))];

    // Of one that is going, or has not come. May be repeated.
    private void TakeOut(ContainerEntry entry, ContainerAdapter adapter)
    {
        if (entry.Run is { } run && ContainerStates.IsAlive(entry.State))
        {
            networks.Unplug(MemberOf(entry, entry.Spec, adapter), OthersOf(entry, adapter), run.LaunchId);
        }
    }

    // Under the lock, or before the first request: what an agent that ended meanwhile was adding or removing goes.
    private void SettleAdapters(ContainerEntry entry)
    {
        foreach (var adapter in entry.Spec.Adapters.Where(static adapter => adapter.Step != ContainerAdapterStep.None).ToList())
        {
            try
            {
                TakeOut(entry, adapter);
            }
            catch (LinuxException e)
            {
                Common.AgentLog.Error($"Could not take '{NetworkService.InnerName(adapter.Number)}' from container '{entry.Name}'; the agent's next start tries again", e);
                continue;
            }

            networks.Leave(MemberOf(entry, entry.Spec, adapter));
            SetAdapter(entry, adapter, null);
        }
    }

    private ContainerNetworkAdapter Show(ContainerEntry entry, ContainerAdapter adapter) => Show(entry, adapter.Id, adapter.Number, adapter.Attachment!);

    private ContainerNetworkAdapter Show(ContainerEntry entry, Guid id, int number, NetworkAttachment place) => new()
    {
        Id = id,
        ContainerId = entry.Id,
        ContainerName = entry.Name,
        Name = NetworkService.InnerName(number),
        Network = networks.NameOf(place.NetworkId),
        MacAddress = place.MacAddress,
        IPAddresses = [.. place.Addresses],
    };
}
