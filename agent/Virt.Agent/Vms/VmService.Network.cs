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

    // The place of a machine that comes from another host: the same address in the network of the same name.
    private VmSpec JoinAfterMove(Guid id, string name, VmSpec spec) => spec.Attachment is not { } there ? spec : spec with
    {
        Attachment = networks.Join(
            RequestOf(id, name, spec) with { Verb = "move", Addresses = there.Addresses, Publish = [.. there.Ports.Select(static port => port.ToString())], AllowFrom = there.AllowFrom },
            whatIf: false),
    };

    private static MemberRequest RequestOf(Guid id, string name, VmSpec spec) =>
        new() { Id = id, Kind = MemberKind, Name = name, HostName = name, Network = spec.Network!, AsksForAddress = true };

    // Its ports of the host, taken before anything is started.
    private void PrepareNetwork(VmEntry entry) => WithMember(entry, networks.Prepare);

    private SafeFileHandle ConnectNetwork(VmEntry entry) => networks.ConnectTap(MemberOf(entry)!);

    private void Rejoin(VmEntry entry) => WithMember(entry, networks.Rejoin);

    private void TakeOver(VmEntry entry) => WithMember(entry, networks.TakeOver);

    private void Disconnect(VmEntry entry) => WithMember(entry, networks.Disconnect);

    private void Leave(VmEntry entry) => WithMember(entry, networks.Leave);

    // What the guest says it has; before it says anything, what it will be told.
    private static IReadOnlyList<string> AddressesOf(VmEntry entry, VmSession? session) =>
        session is { Addresses.Count: > 0 } ? session.Addresses : entry.Spec.Attachment?.Addresses ?? [];

    private static void WithMember(VmEntry entry, Action<NetworkMember> act)
    {
        if (MemberOf(entry) is { } member)
        {
            act(member);
        }
    }

    private static NetworkMember? MemberOf(VmEntry entry) => entry.Spec.Attachment is { } attachment
        ? new NetworkMember { Id = entry.Id, Kind = MemberKind, Name = entry.Name, HostName = entry.Name, Attachment = attachment }
        : null;
}
