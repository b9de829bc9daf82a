using System;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Networks;
using Virt.Linux.Netlink;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Containers in networks.</content>
public sealed partial class ContainerService
{
    // The container's place in its network, kept for its life.
    private ContainerSpec Join(Guid id, string name, NewContainer request, ContainerSpec spec, bool whatIf, string verb = "create")
    {
        if (ContainerNetwork.All.Contains(spec.Network))
        {
            return spec;
        }

        var joined = spec with
        {
            Attachment = networks.Join(
                new MemberRequest
                {
                    Id = id,
                    Kind = Kind,
                    Verb = verb,
                    Name = name,
                    HostName = spec.HostName,
                    Network = spec.Network,
                    Addresses = request.AdditionalNetworks.Length == 0 ? request.IPAddresses : AddressesOfFirst(request),
                    Publish = request.Publish,
                    AllowFrom = request.AllowFrom,
                    Dns = request.Dns,
                    OpenSpace = () => OpenSpace(id),
                },
                whatIf),
        };
        return request.AdditionalNetworks.Length == 0 ? joined : JoinFurther(id, name, request, joined, whatIf, verb);
    }

    // With the ports that are asked for; nothing is changed yet.
    private ContainerSpec Republish(ContainerEntry entry, ContainerSpec spec, SetContainer request)
    {
        if (request.Publish is null && request.AllowFrom is null)
        {
            return spec;
        }

        if (spec.Attachment is not { } present)
        {
            return request.Publish is not { Length: > 0 } && request.AllowFrom is not { Length: > 0 }
                ? spec
                : throw new VirtException(ErrorCode.InvalidArgument, "InvalidPublish", $"Cannot change container '{entry.Name}': in the network '{spec.Network}' it has no ports to publish.", entry.Name, "New-Container -Network lan -Publish 8080:80");
        }

        var member = new MemberRequest { Id = entry.Id, Kind = Kind, Verb = "change", Name = entry.Name, HostName = spec.HostName, Network = networks.NameOf(present.NetworkId) };
        return spec with { Attachment = networks.Republish(member, present, request.Publish, request.AllowFrom) };
    }

    // Nothing where the ports are the same.
    private async Task PublishAsync(ContainerEntry entry, ContainerSpec present, ContainerSpec to, Func<Task> store)
    {
        if (!NetworkService.HasOtherPorts(present.Attachment, to.Attachment))
        {
            await store().ConfigureAwait(false);
            return;
        }

        await networks.PublishAsync(MemberOf(entry, present)!, MemberOf(entry, present with { Attachment = to.Attachment })!, store, CancellationToken.None).ConfigureAwait(false);
    }

    // One in a virtual machine has its link in that, where nobody comes to it.
    private RouteSocket? OpenSpace(Guid id) => entries.TryGetValue(id, out var entry) && !entry.Spec.IsMachine && entry.Process is { } process ? RouteSocket.Open(process.PidFd) : null;

    private void Rejoin(ContainerEntry entry) => WithMember(entry, networks.Rejoin);

    private void TakeOver(ContainerEntry entry) => WithMember(entry, networks.TakeOver);

    private void Disconnect(ContainerEntry entry) => WithMember(entry, networks.Disconnect);

    private void Leave(ContainerEntry entry)
    {
        WithMember(entry, networks.Leave);
        volumes.Release(entry.Id);
        userNamespaces.Give(entry.Spec.HostIds);
        labelLevels.Give(entry.Spec.LabelLevel);
    }

    private void WithMember(ContainerEntry entry, Action<NetworkMember> act)
    {
        if (MemberOf(entry, entry.Spec) is not { } member)
        {
            return;
        }

        act(member);
        foreach (var adapter in entry.Spec.Adapters)
        {
            act(MemberOf(entry, entry.Spec, adapter));
        }
    }

    private NetworkMember? MemberOf(ContainerEntry entry, ContainerSpec spec) => spec.Attachment is { } attachment
        ? new NetworkMember { Id = entry.Id, Kind = Kind, Name = entry.Name, HostName = spec.HostName, Attachment = attachment, Dns = spec.Dns, OpenSpace = () => OpenSpace(entry.Id) }
        : null;

    private static IPAddress[] OwnAddresses(ContainerEntry entry) => [.. AddressesOf(entry.Spec).Select(IPAddress.Parse)];

    private ContainerHostNames? HostNamesOf(ContainerSpec spec) => spec switch
    {
        { Attachment: { } attachment } => ContainerHostNames.In(attachment.Addresses, networks.NameServersOf(attachment), spec.DnsSearch, spec.DnsOptions),
        { Network: ContainerNetwork.Host } => ContainerHostNames.Read().With(spec.Dns, spec.DnsSearch, spec.DnsOptions),
        _ => null,
    };

    // The first process offers its namespace as soon as it can, and waits where it has nothing else left to do: its network is made meanwhile.
    private PreparedLaunch WithNetwork(ContainerEntry entry, ContainerSpec spec, PreparedLaunch prepared)
    {
        if (MemberOf(entry, spec) is not { } member)
        {
            return prepared;
        }

        networks.Prepare(member);
        if (spec.IsMachine)
        {
            return prepared with { Member = member };
        }

        var further = spec.Adapters.Select(adapter => MemberOf(entry, spec, adapter)).ToList();
        further.ForEach(networks.Prepare);
        var gate = NetworkGate.Make();
        var steps = prepared.Launch.RootSteps.ToList();
        steps.Insert(steps.FindIndex(static step => step is { Kind: RootStepKind.Mount, Path: "/proc" }) + 1, RootStep.OfferNetwork(gate.Other));
        steps.Add(RootStep.AwaitNetwork(gate.Other));
        return prepared with { Launch = prepared.Launch with { RootSteps = steps }, Member = member, Gate = gate, Further = further, MayForward = MayForward(spec) };
    }

    private async Task<KeptProcess> LaunchAsync(PreparedLaunch prepared)
    {
        if (prepared.Machine is not null)
        {
            return await LaunchMachineAsync(prepared).ConfigureAwait(false);
        }

        if (prepared.Gate is not { } gate)
        {
            return await keeper.LaunchAsync(prepared.Launch).ConfigureAwait(false);
        }

        var connecting = Task.Run(() => ConnectAsync(prepared, gate));
        try
        {
            var process = await keeper.LaunchAsync(prepared.Launch).ConfigureAwait(false);
            await connecting.ConfigureAwait(false);
            return process;
        }
        catch
        {
            gate.Shut();
            await connecting.ConfigureAwait(false); // where its network could not be made, that is the cause
            throw;
        }
    }

    private async Task ConnectAsync(PreparedLaunch prepared, NetworkGate gate)
    {
        if (gate.Wait() is not { } offered)
        {
            return;
        }

        using (offered.Namespace)
        using (offered.Routes)
        {
            try
            {
                networks.Connect(prepared.Member!, prepared.Launch.Id, offered.Namespace, offered.Routes);
                ConnectFurther(prepared, offered.Namespace, offered.Routes);
                await FaultPoint.ReachAsync(ContainerFaults.NetworkConnected).ConfigureAwait(false);
            }
            catch
            {
                gate.Shut();
                throw;
            }
        }

        gate.Open();
    }
}
