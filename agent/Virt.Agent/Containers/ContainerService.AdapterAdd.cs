using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Netlink;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Add-ContainerNetworkAdapter.</content>
public sealed partial class ContainerService
{
    private const string AddAdapterVerb = "add a network adapter to";

    /// <summary>Puts a container into one more network, also while it runs. Where it fails nothing is left of it.</summary>
    /// <exception cref="VirtException">NotFound (container, network); InvalidArgument; WrongState (it is in a network that is built in); Conflict (it is in that network; an address); NotSupported; ResourceExhausted; Unavailable.</exception>
    public async Task<ContainerNetworkAdapter> AddAdapterAsync(AddContainerNetworkAdapter request, Call call)
    {
        var entry = Find(AddAdapterVerb, request.ContainerId, request.ContainerName);
        call.WorksOn(entry.Name);
        using var held = await LockAsync(AddAdapterVerb, entry, call).ConfigureAwait(false);
        ContainerStates.CheckAdapter(AddAdapterVerb, entry.Name, entry.State);
        CheckHasNetwork(entry, request.Network);
        var adapter = JoinFurther(entry.Id, entry.Name, entry.Spec, request.Network, request.IPAddresses, call.WhatIf, AddAdapterVerb);
        if (call.WhatIf)
        {
            return Show(entry, adapter);
        }

        await using var undo = new Rollback();
        undo.Add($"give back the place of container '{entry.Name}' in network '{adapter.Network}'", () => networks.Leave(MemberOf(entry, entry.Spec, adapter)));
        SetAdapter(entry, adapter, adapter with { Step = ContainerAdapterStep.Adding });
        undo.Add($"forget an adapter of container '{entry.Name}'", () => SetAdapter(entry, adapter, null));
        await FaultPoint.ReachAsync(ContainerAdapterFaults.AddWritten).ConfigureAwait(false);
        if (ContainerStates.IsAlive(entry.State))
        {
            undo.Add($"take an adapter from container '{entry.Name}'", () => TakeOut(entry, adapter));
            PutIn(entry, adapter);
            await FaultPoint.ReachAsync(ContainerAdapterFaults.Connected).ConfigureAwait(false);
        }

        SetAdapter(entry, adapter, adapter);
        undo.Commit();
        return Show(entry, adapter);
    }

    private static void CheckHasNetwork(ContainerEntry entry, string network)
    {
        if (entry.Spec.IsMachine)
        {
            throw new VirtException(ErrorCode.NotSupported, "AdapterNotForMachine", $"Cannot {AddAdapterVerb} container '{entry.Name}': in a virtual machine of its own it is in one network.", entry.Name, $"Set-Container {entry.Name} -Network {network}");
        }

        if (entry.Spec.Attachment is null)
        {
            throw new VirtException(
                ErrorCode.WrongState, "ContainerHasNoNetwork", $"Cannot {AddAdapterVerb} container '{entry.Name}': it is in the network '{entry.Spec.Network}', with which it can be in no other.", entry.Name, $"Set-Container {entry.Name} -Network {network}");
        }

        if (NewContainerCheck.IsBuiltIn(network))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidNetwork", $"Cannot {AddAdapterVerb} container '{entry.Name}': the network '{network}' is built in, and no adapter leads into it.", entry.Name, $"Set-Container {entry.Name} -Network {network}");
        }
    }

    // Under the lock: the container runs, or has ended just now, and then what is made goes with its namespace.
    private void PutIn(ContainerEntry entry, ContainerAdapter adapter)
    {
        var member = MemberOf(entry, entry.Spec, adapter);
        try
        {
            networks.PrepareTo("change", member);
            using var space = NetworkNamespace.Open(entry.Process!.PidFd);
            using var inside = RouteSocket.Open(entry.Process.PidFd);
            networks.ConnectFurther(member, OthersOf(entry, adapter), entry.Run!.LaunchId, space, inside, MayForward(entry.Spec));
        }
        catch (LinuxException e) when (e.Errno == Errno.ESRCH)
        {
            throw new VirtException(ErrorCode.WrongState, "ContainerEnded", $"Cannot {AddAdapterVerb} container '{entry.Name}': it has just ended.", entry.Name, $"Get-Container -Name {entry.Name}", e);
        }
        catch (LinuxException e)
        {
            throw new VirtException(
                ErrorCode.Unavailable, "LinkNotMade", $"Cannot {AddAdapterVerb} container '{entry.Name}': the kernel refused its link into network '{adapter.Network}' ({e.Message}); one of its name may be there already.", entry.Name, $"Invoke-ContainerCommand {entry.Name} ip link", e);
        }
    }
}
