using System;
using System.Linq;
using Virt.Agent.Networks;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Containers that go into another network.</content>
public sealed partial class ContainerService
{
    private static bool IsElsewhere(ContainerSpec present, ContainerSpec to) => present.Attachment?.NetworkId != to.Attachment?.NetworkId;

    // The network that it is in is no other one, whatever it was called when the container was made.
    private SetContainer WithOtherNetwork(ContainerEntry entry, SetContainer request)
    {
        var present = entry.Spec.Attachment is { } attachment ? networks.NameOf(attachment.NetworkId) : entry.Spec.Network;
        var other = string.IsNullOrEmpty(request.Network) || present.Equals(request.Network, StringComparison.OrdinalIgnoreCase) ? null : request.Network;
        if (other is null && request.IPAddresses is { Length: > 0 } && !request.IPAddresses.All(address => entry.Spec.Attachment?.Addresses.Contains(address) ?? false))
        {
            throw new VirtException(
                ErrorCode.InvalidArgument, "InvalidIPAddress", $"Cannot change container '{entry.Name}': in its network '{present}' it {(entry.Spec.Attachment is null ? "has no address of its own" : "keeps its address")}; another network can give it one.", entry.Name, $"Get-VirtNetwork | Where-Object Name -ne '{present}'");
        }

        CheckFurther(entry, other);
        return request with { Network = other, IPAddresses = other is null ? null : request.IPAddresses };
    }

    // Its place in another network beside the one that it has; one of both is given back in the end. Nobody but this agent knows of it before the row does.
    private ContainerSpec JoinOther(ContainerEntry entry, ContainerSpec to, SetContainer request, bool whatIf)
    {
        var (publish, allowFrom) = ContainerChange.PortsIn(entry.Spec, request);
        return Join(entry.Id, entry.Name, new NewContainer { IPAddresses = request.IPAddresses ?? [], Publish = publish, AllowFrom = allowFrom }, to, whatIf, "change");
    }

    // Its further adapters stay where they are.
    private void CheckFurther(ContainerEntry entry, string? network)
    {
        if (network is null || entry.Spec.Adapters.Count == 0)
        {
            return;
        }

        if (NewContainerCheck.IsBuiltIn(network))
        {
            var last = NetworkService.InnerName(entry.Spec.Adapters[^1].Number);
            throw new VirtException(
                ErrorCode.InvalidArgument, "InvalidNetwork", $"Cannot change container '{entry.Name}': in the network '{network}' it cannot have the adapter '{last}', by which it is in another too.", entry.Name, $"Remove-ContainerNetworkAdapter {entry.Name} {last}");
        }

        if (networks.FindId(network) is { } id && entry.Spec.Adapters.FirstOrDefault(adapter => adapter.Attachment?.NetworkId == id) is { } there)
        {
            throw InNetwork("change", entry.Name, there.Number, network);
        }
    }

    private void GiveBackUnused(ContainerEntry entry, ContainerSpec one, ContainerSpec other)
    {
        foreach (var spec in new[] { one, other })
        {
            if (IsElsewhere(spec, entry.Spec) && MemberOf(entry, spec) is { } member)
            {
                networks.GiveBack(member);
            }
        }
    }
}
