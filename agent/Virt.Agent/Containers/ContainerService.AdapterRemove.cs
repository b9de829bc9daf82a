using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Networks;
using Virt.Linux;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Remove-ContainerNetworkAdapter.</content>
public sealed partial class ContainerService
{
    private const string RemoveAdapterVerb = "remove a network adapter of";

    /// <summary>Takes a container out of one of its networks, also while it runs.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; NotSupported: the first adapter; Unavailable.</exception>
    public async Task<ContainerNetworkAdapter> RemoveAdapterAsync(RemoveContainerNetworkAdapter request, Call call)
    {
        var (entry, found) = FindAdapter(RemoveAdapterVerb, request.Id, request.Name, request.ContainerId, request.ContainerName);
        call.WorksOn(entry.Name);
        using var held = await LockAsync(RemoveAdapterVerb, entry, call).ConfigureAwait(false);
        ContainerStates.CheckAdapter(RemoveAdapterVerb, entry.Name, entry.State);
        var name = NetworkService.InnerName(found?.Number ?? 0);
        // Somebody may have removed it meanwhile.
        var adapter = FindAdapter(RemoveAdapterVerb, entry, name) ?? throw new VirtException(
            ErrorCode.NotSupported,
            "FirstAdapter",
            $"Cannot {RemoveAdapterVerb} container '{entry.Name}': '{name}' is its first, which its published ports lead to; it can go into another network, or into none.",
            name,
            $"Set-Container {entry.Name} -Network {(entry.Spec.Adapters.Count == 0 ? ContainerNetwork.None : "lan")}");
        var shown = Show(entry, adapter);
        if (call.WhatIf)
        {
            return shown;
        }

        SetAdapter(entry, adapter, adapter with { Step = ContainerAdapterStep.Removing });
        await FaultPoint.ReachAsync(ContainerAdapterFaults.RemoveWritten).ConfigureAwait(false);
        try
        {
            TakeOut(entry, adapter);
        }
        catch (LinuxException e)
        {
            // It goes with the agent's next start at the latest.
            throw new VirtException(
                ErrorCode.Unavailable, "LinkNotRemoved", $"Cannot {RemoveAdapterVerb} container '{entry.Name}': the kernel refused to take '{name}' away ({e.Message}).", entry.Name, $"Remove-ContainerNetworkAdapter {entry.Name} {name}", e);
        }

        await FaultPoint.ReachAsync(ContainerAdapterFaults.Disconnected).ConfigureAwait(false);
        networks.Leave(MemberOf(entry, entry.Spec, adapter));
        SetAdapter(entry, adapter, null);
        return shown;
    }
}
