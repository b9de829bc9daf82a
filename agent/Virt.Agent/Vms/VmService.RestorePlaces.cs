using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Networks;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>
/// The places in networks that a machine gets back with a checkpoint. They are taken before anything is lost, and written down with the restore: who finishes it has the same ones.
/// </summary>
public sealed partial class VmService
{
    // All or none. A guest whose memory comes back believes that it has the address that it had; another one asks anew, and may have another where that is not free.
    private List<VmCheckpointPlace> TakePlaces(VmEntry entry, CheckpointEntry checkpoint, bool whatIf)
    {
        var was = checkpoint.Spec.Machine;
        var places = new List<VmCheckpointPlace>();
        try
        {
            LendOwnAddresses(entry, was);
            if (was.Attachment is { } first)
            {
                places.Add(TakePlace(entry, checkpoint, (Guid.Empty, AdapterDevice.First), was.Network!, first with { MacAddress = was.MacAddress! }, entry.Spec.Attachment, whatIf));
            }

            foreach (var adapter in was.Adapters.Where(static adapter => adapter.Attachment is not null))
            {
                var now = entry.Spec.Adapters.FirstOrDefault(other => other.Id == adapter.Id)?.Attachment;
                places.Add(TakePlace(entry, checkpoint, (adapter.Id, adapter.Name), adapter.Network, adapter.Attachment! with { MacAddress = adapter.MacAddress }, now, whatIf));
            }

            if (whatIf)
            {
                Rejoin(entry);
            }

            return places;
        }
        catch
        {
            SettlePlaces(entry, MembersOf(entry, places));
            throw;
        }
    }

    // An adapter that goes may have by now the address of one that comes back.
    private void LendOwnAddresses(VmEntry entry, VmSpec was)
    {
        var coming = was.Adapters.Where(static adapter => adapter.Attachment is not null).ToList();
        foreach (var adapter in entry.Spec.Adapters.Where(adapter => adapter.Attachment is { } place && coming.TrueForAll(other => other.Id != adapter.Id) && coming.Exists(other => other.Attachment!.Addresses.Intersect(place.Addresses).Any())))
        {
            networks.GiveBack(MemberOf(entry, adapter)!);
        }
    }

    private VmCheckpointPlace TakePlace(VmEntry entry, CheckpointEntry checkpoint, (Guid Id, string Name) adapter, string network, NetworkAttachment then, NetworkAttachment? now, bool whatIf)
    {
        // On another host it is another one of the same name.
        var name = networks.FindName(then.NetworkId) ?? network;
        if (now is not null && networks.NameOf(now.NetworkId).Equals(name, StringComparison.OrdinalIgnoreCase))
        {
            return new VmCheckpointPlace(adapter.Id, name, now with { MacAddress = then.MacAddress });
        }

        var request = new MemberRequest { Id = MemberIdOf(entry, adapter.Id), Kind = MemberKind, Verb = RestoreVerb, Name = entry.Name, HostName = entry.Name, Network = name, AsksForAddress = true, Addresses = then.Addresses };
        try
        {
            return Joined(networks.Join(request, whatIf) with { MacAddress = then.MacAddress });
        }
        catch (VirtException e) when (e.Id == "NetworkNotFound")
        {
            throw new VirtException(
                ErrorCode.NotFound,
                e.Id,
                $"Cannot restore VM '{entry.Name}': there is no network '{name}' any more, in which its adapter '{adapter.Name}' was at checkpoint '{checkpoint.Name}'.",
                checkpoint.Name,
                $"New-VirtNetwork {name}",
                e);
        }
        catch (VirtException e) when (!checkpoint.Spec.HasMemory && e.Id is "AddressInUse" or "InvalidIPAddress")
        {
            // The other one may have its hardware address too, which follows the address.
            return Joined(networks.Join(request with { Addresses = [] }, whatIf));
        }

        VmCheckpointPlace Joined(NetworkAttachment attachment) => new(adapter.Id, name, adapter.Id == Guid.Empty ? attachment with { Ports = then.Ports, AllowFrom = then.AllowFrom } : attachment);
    }

    private static Guid MemberIdOf(VmEntry entry, Guid adapter) => adapter == Guid.Empty ? entry.Id : adapter;

    private static IEnumerable<NetworkMember> MembersOf(VmEntry entry, IEnumerable<VmCheckpointPlace> places) => places.Select(place =>
        new NetworkMember { Id = MemberIdOf(entry, place.Adapter), Kind = MemberKind, Name = entry.Name, HostName = entry.Name, Attachment = place.Attachment });

    // Gives back what the machine has not, or not any more. May be repeated.
    private void SettlePlaces(VmEntry entry, IEnumerable<NetworkMember> taken)
    {
        var own = MembersOf(entry).ToDictionary(static member => member.Id, static member => member.Attachment.NetworkId);
        foreach (var member in taken)
        {
            if (!own.TryGetValue(member.Id, out var network))
            {
                networks.Leave(member);
            }
            else if (network != member.Attachment.NetworkId)
            {
                networks.GiveBack(member);
            }
        }

        Rejoin(entry);
    }

    // Of one that is gone before its restore could be finished.
    private void GiveBackPlaces(CheckpointEntry checkpoint)
    {
        foreach (var member in FurtherPlaces(checkpoint))
        {
            networks.Leave(member);
        }
    }

    // As an agent finds them that comes back: nobody else must have them before the restore is finished.
    private void KeepPlaces()
    {
        foreach (var member in checkpoints.Values.SelectMany(FurtherPlaces))
        {
            networks.Rejoin(member);
        }
    }

    // Those of a checkpoint whose adapters its machine has not.
    private IEnumerable<NetworkMember> FurtherPlaces(CheckpointEntry checkpoint)
    {
        if (checkpoint.Spec.Places.Count == 0 || !entries.TryGetValue(checkpoint.Spec.VMId, out var entry))
        {
            return [];
        }

        var own = MembersOf(entry).Select(static member => member.Id).ToHashSet();
        return MembersOf(entry, checkpoint.Spec.Places).Where(member => !own.Contains(member.Id));
    }
}
