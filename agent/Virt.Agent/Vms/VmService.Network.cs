using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Networks;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <content>Machines in networks of the host. A guest asks for its address by DHCP, and is told the one that is kept for it.</content>
public sealed partial class VmService
{
    private const string MemberKind = "VM";

    // The machine's place in its network, kept for its life.
    private VmSpec Join(Guid id, NewVM request, VmSpec spec, bool whatIf)
    {
        if (!NewVMCheck.IsShared(spec.Network))
        {
            return spec;
        }

        var attachment = networks.Join(
            RequestOf(id, request.Name, spec) with { Addresses = request.IPAddresses, Publish = request.Publish, AllowFrom = request.AllowFrom },
            whatIf);
        return spec with { Attachment = attachment, Network = networks.NameOf(attachment.NetworkId), MacAddress = attachment.MacAddress };
    }

    // The places of all its adapters; all or none.
    private VmSpec JoinAll(Guid id, NewVM request, VmSpec spec, bool whatIf)
    {
        var joined = Join(id, request, spec, whatIf);
        try
        {
            return JoinAdapters(request.Name, joined, whatIf);
        }
        catch
        {
            if (joined.Attachment is { } attachment)
            {
                networks.Leave(new NetworkMember { Id = id, Kind = MemberKind, Name = request.Name, HostName = request.Name, Attachment = attachment });
            }

            throw;
        }
    }

    // The places of the adapters beside the first; all or none.
    private VmSpec JoinAdapters(string name, VmSpec spec, bool whatIf)
    {
        var joined = new List<VmAdapter>();
        try
        {
            joined.AddRange(spec.Adapters.Select(adapter => Join("create", name, adapter, [], whatIf)));
            return spec with { Adapters = joined };
        }
        catch
        {
            LeaveAdapters(name, joined);
            throw;
        }
    }

    // What the networks of its adapters beside the first are called now.
    private VmSpec WithNetworkNames(VmSpec spec) => spec with
    {
        Adapters = [.. spec.Adapters.Select(adapter => adapter.Attachment is { } there ? adapter with { Network = networks.FindName(there.NetworkId) ?? adapter.Network } : adapter)],
    };

    private void LeaveAdapters(string name, IEnumerable<VmAdapter> adapters)
    {
        foreach (var adapter in adapters.Where(static adapter => adapter.Attachment is not null))
        {
            networks.Leave(new NetworkMember { Id = adapter.Id, Kind = MemberKind, Name = name, HostName = name, Attachment = adapter.Attachment! });
        }
    }

    // An adapter's place in its network, kept for its life.
    private VmAdapter Join(string verb, string name, VmAdapter adapter, string[] addresses, bool whatIf, string? macAddress = null)
    {
        if (!NewVMCheck.IsShared(adapter.Network))
        {
            return adapter;
        }

        var attachment = networks.Join(
            new MemberRequest { Id = adapter.Id, Kind = MemberKind, Verb = verb, Name = name, HostName = name, Network = adapter.Network, AsksForAddress = true, Addresses = addresses },
            whatIf);
        attachment.MacAddress = macAddress ?? attachment.MacAddress;
        return adapter with { Attachment = attachment, Network = networks.NameOf(attachment.NetworkId), MacAddress = attachment.MacAddress };
    }

    // The places of a machine that comes from another host: the same addresses in the networks of the same names; all or none.
    private VmSpec JoinAfterMove(Guid id, string name, VmSpec spec)
    {
        var first = spec.Attachment is not { } there ? null : networks.Join(
            RequestOf(id, name, spec) with { Verb = "move", Addresses = there.Addresses, Publish = [.. there.Ports.Select(static port => port.ToString())], AllowFrom = there.AllowFrom },
            whatIf: false);
        var joined = new List<VmAdapter>();
        try
        {
            joined.AddRange(spec.Adapters.Select(adapter => Join("move", name, adapter, [.. adapter.Attachment?.Addresses ?? []], whatIf: false, adapter.MacAddress)));
            return spec with { Attachment = first, Adapters = joined };
        }
        catch
        {
            LeaveAdapters(name, joined);
            if (first is not null)
            {
                networks.Leave(new NetworkMember { Id = id, Kind = MemberKind, Name = name, HostName = name, Attachment = first });
            }

            throw;
        }
    }

    private static MemberRequest RequestOf(Guid id, string name, VmSpec spec) =>
        new() { Id = id, Kind = MemberKind, Name = name, HostName = name, Network = spec.Network!, AsksForAddress = true };

    // Its ports of the host, taken before anything is started.
    private void PrepareNetwork(VmEntry entry) => WithMember(entry, networks.Prepare);

    private SafeFileHandle ConnectNetwork(VmEntry entry, string adapter) =>
        networks.ConnectTap(adapter == AdapterDevice.First ? MemberOf(entry)! : MemberOf(entry, entry.Spec.Adapters.First(other => other.Name == adapter))!);

    private void Rejoin(VmEntry entry) => WithMember(entry, networks.Rejoin);

    private void TakeOver(VmEntry entry) => WithMember(entry, networks.TakeOver);

    private void Disconnect(VmEntry entry) => WithMember(entry, networks.Disconnect);

    private void Leave(VmEntry entry) => WithMember(entry, networks.Leave);

    // What the guest says it has; before it says anything, what it will be told.
    private static IReadOnlyList<string> AddressesOf(VmEntry entry, VmSession? session) =>
        session is { Addresses.Count: > 0 } ? session.Addresses : entry.Spec.Attachment?.Addresses ?? [];

    private static void WithMember(VmEntry entry, Action<NetworkMember> act)
    {
        foreach (var member in MembersOf(entry))
        {
            act(member);
        }
    }

    // One for each adapter in a network of the host, the first adapter's first.
    private static IEnumerable<NetworkMember> MembersOf(VmEntry entry) =>
        entry.Spec.Adapters.Select(adapter => MemberOf(entry, adapter)).Prepend(MemberOf(entry)).OfType<NetworkMember>();

    private static NetworkMember? MemberOf(VmEntry entry, VmAdapter adapter) => adapter.Attachment is { } attachment
        ? new NetworkMember { Id = adapter.Id, Kind = MemberKind, Name = entry.Name, HostName = entry.Name, Attachment = attachment }
        : null;

    private static NetworkMember? MemberOf(VmEntry entry) => entry.Spec.Attachment is { } attachment
        ? new NetworkMember { Id = entry.Id, Kind = MemberKind, Name = entry.Name, HostName = entry.Name, Attachment = attachment }
        : null;
}
