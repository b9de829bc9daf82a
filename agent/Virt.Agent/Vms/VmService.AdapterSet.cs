using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Networks;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Set-VMNetworkAdapter.</summary>
public sealed partial class VmService
{
    private const string SetAdapterVerb = "change a network adapter of";

    // Shorter, and a busy guest has not looked before the link is there again.
    private static readonly TimeSpan LinkDown = TimeSpan.FromSeconds(1);

    /// <summary>Changes an adapter: its network also while the machine runs, the rest of one that is off. Where it fails it is as it was.</summary>
    /// <exception cref="VirtException">NotFound (also: the network); InvalidArgument; WrongState (also: not while it runs); Conflict (an address, a hardware address); ResourceExhausted; Unavailable (QEMU, the kernel).</exception>
    public async Task<VMNetworkAdapter> SetAdapterAsync(SetVMNetworkAdapter request, Call call)
    {
        var (entry, found) = FindAdapter(SetAdapterVerb, request.Id, request.Name, request.VMId, request.VMName);
        var name = found?.Name ?? AdapterDevice.First;
        call.WorksOn(entry.Name);
        AdapterDevice.Check(SetAdapterVerb, entry.Name, request.Model, request.MacAddress, HostOf(entry.Spec).Architecture);
        var network = NetworkToSet(entry.Name, name, request);
        using var held = await LockAsync(SetAdapterVerb, entry, call).ConfigureAwait(false);
        if (request.Model is not null || request.MacAddress is not null)
        {
            VmStates.CheckOff(SetAdapterVerb, entry.Name, entry.State);
        }
        else
        {
            VmStates.CheckDrive(SetAdapterVerb, entry.Name, entry.State);
        }

        var present = FindAdapter(SetAdapterVerb, entry, name) ?? FirstOf(entry);
        var macAddress = AdapterDevice.ReadMacAddress(request.MacAddress);
        CheckOwnMacAddresses(SetAdapterVerb, entry, present.Id, macAddress);
        var to = present with { Model = request.Model ?? present.Model, MacAddress = macAddress ?? present.MacAddress };
        if (network is null || IsIn(entry, present, network, request.IPAddresses))
        {
            return SetInPlace(entry, present, to, call.WhatIf);
        }

        return await SetElsewhereAsync(entry, present, to with { Network = network }, request.IPAddresses, call).ConfigureAwait(false);
    }

    // Null: it stays where it is.
    private static string? NetworkToSet(string machine, string adapter, SetVMNetworkAdapter request)
    {
        if (request.SwitchName is null)
        {
            return request.IPAddresses.Length == 0 ? null : throw KeepsAddress(machine, adapter);
        }

        var network = NewVMCheck.NetworkOf(request.SwitchName) ?? throw new VirtException(
            ErrorCode.InvalidArgument, "InvalidNetwork", $"Cannot {SetAdapterVerb} VM '{machine}': an adapter is in a network; '{NewVMCheck.NoNetwork}' is none.", machine, $"Remove-VMNetworkAdapter {machine} {adapter}");
        NewVMCheck.CheckNetwork(new NewVM { Name = machine, SwitchName = network, IPAddresses = request.IPAddresses }, SetAdapterVerb);
        return network;
    }

    private bool IsIn(VmEntry entry, VmAdapter adapter, string network, string[] addresses)
    {
        var now = NetworkOf(adapter);
        if (!now.Equals(network, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (addresses.Any(address => adapter.Attachment?.Addresses.Contains(address) != true))
        {
            throw KeepsAddress(entry.Name, adapter.Name);
        }

        return true;
    }

    private static VirtException KeepsAddress(string machine, string adapter) => new(
        ErrorCode.InvalidArgument, "InvalidIPAddress", $"Cannot {SetAdapterVerb} VM '{machine}': in its network '{adapter}' keeps its address.", machine, $"Set-VMNetworkAdapter {machine} {adapter} -SwitchName lan -IPAddress 10.144.0.20");

    private string NetworkOf(VmAdapter adapter) => adapter.Attachment is { } there ? networks.NameOf(there.NetworkId) : adapter.Network;

    private VMNetworkAdapter SetInPlace(VmEntry entry, VmAdapter present, VmAdapter to, bool whatIf)
    {
        // Its network knows it by its hardware address.
        to = to with { Attachment = present.Attachment is { } there ? there with { MacAddress = to.MacAddress } : null };
        if (to.Attachment is not null)
        {
            networks.Readdress(MemberOf(entry, to)!, SetAdapterVerb, whatIf);
        }

        if (!whatIf && to != present)
        {
            Put(entry, to);
            entry.Tell(VirtEventAction.Changed, $"Its network adapter '{to.Name}' is another.");
        }

        return Show(entry, to);
    }

    private async Task<VMNetworkAdapter> SetElsewhereAsync(VmEntry entry, VmAdapter present, VmAdapter to, string[] addresses, Call call)
    {
        var isRunning = VmStates.IsAlive(entry.State);
        if (isRunning && (present.Attachment is null || !NewVMCheck.IsShared(to.Network)))
        {
            var own = present.Attachment is null ? present.Network : to.Network;
            throw new VirtException(
                ErrorCode.WrongState, "NeedsStop", $"Cannot {SetAdapterVerb} VM '{entry.Name}' while it runs: '{own}' is a network of its QEMU's own, out of and into which an adapter goes only while the machine is off.", entry.Name, $"Stop-VM {entry.Name}");
        }

        if (isRunning)
        {
            // Before anything is changed: one that does not answer could not tell its guest.
            await AskQemuAsync(SetAdapterVerb, entry.Name, entry.Session, session => session.HasDeviceAsync(present.Name, call.Cancellation)).ConfigureAwait(false);
        }

        to = JoinOther(entry, present, to, addresses, call.WhatIf);
        if (call.WhatIf)
        {
            return Show(entry, to);
        }

        await using var undo = new Rollback();
        undo.Add($"give back the place of '{to.Name}' of VM '{entry.Name}' in network '{to.Network}'", () => GiveBack(entry, to));
        if (isRunning)
        {
            undo.Add($"forget that '{to.Name}' of VM '{entry.Name}' changes", () => Put(entry, present));
            Put(entry, present with { Step = VmPartStep.Changing });
            await FaultPoint.ReachAsync(VmAdapterFaults.MoveRecorded).ConfigureAwait(false);
            await networks.MoveAsync(MemberOf(entry, present)!, MemberOf(entry, to)!, Store, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            Put(entry, to);
        }

        undo.Commit();
        GiveBack(entry, present);
        if (isRunning)
        {
            await FaultPoint.ReachAsync(VmAdapterFaults.MoveStored).ConfigureAwait(false);
            await RelinkAsync(entry, to).ConfigureAwait(false);
        }

        entry.Tell(VirtEventAction.Changed, $"Its network adapter '{to.Name}' is in the network '{to.Network}'.");
        return Show(entry, to);

        Task Store()
        {
            Put(entry, to with { Step = VmPartStep.Changing });
            return Task.CompletedTask;
        }
    }

    // Its place in another network beside the one that it has; one of both is given back in the end. Nobody but this agent knows of it before the row does.
    private VmAdapter JoinOther(VmEntry entry, VmAdapter present, VmAdapter to, string[] addresses, bool whatIf)
    {
        var published = present.Attachment?.Ports ?? [];
        if (!NewVMCheck.IsShared(to.Network))
        {
            return published.Count == 0 ? to with { Attachment = null } : throw new VirtException(
                ErrorCode.InvalidArgument, "InvalidPublish", $"Cannot {SetAdapterVerb} VM '{entry.Name}': in the network '{to.Network}' it has no address that its published ports could lead to.", entry.Name, $"Set-VM {entry.Name} -Publish @()");
        }

        var attachment = networks.Join(
            new MemberRequest
            {
                Id = to.Id,
                Kind = MemberKind,
                Verb = SetAdapterVerb,
                Name = entry.Name,
                HostName = entry.Name,
                Network = to.Network,
                AsksForAddress = true,
                Addresses = addresses,
                MacAddress = to.MacAddress,
                Publish = [.. published.Select(static port => port.ToString())],
                AllowFrom = present.Attachment?.AllowFrom ?? [],
            },
            whatIf);
        return to with { Attachment = attachment, Network = networks.NameOf(attachment.NetworkId) };
    }

    private void GiveBack(VmEntry entry, VmAdapter adapter)
    {
        if (MemberOf(entry, adapter) is { } member)
        {
            networks.GiveBack(member);
        }
    }

    // A guest whose link was away for a moment asks for its address anew. Where QEMU does not answer any more, the agent that finds it again does this.
    private async Task RelinkAsync(VmEntry entry, VmAdapter adapter)
    {
        try
        {
            await AskQemuAsync(SetAdapterVerb, entry.Name, entry.Session, async session =>
            {
                await session.SetLinkAsync(adapter.Name, isUp: false, CancellationToken.None).ConfigureAwait(false);
                await FaultPoint.ReachAsync(VmAdapterFaults.LinkDown).ConfigureAwait(false);
                await Task.Delay(LinkDown, time).ConfigureAwait(false);
                await session.SetLinkAsync(adapter.Name, isUp: true, CancellationToken.None).ConfigureAwait(false);
            }).ConfigureAwait(false);
            Put(entry, adapter with { Step = VmPartStep.None });
        }
        catch (VirtException e)
        {
            AgentLog.Error($"Could not tell the guest of VM '{entry.Name}' that '{adapter.Name}' is in another network", e);
        }
    }

    // Under the lock, after an agent that ended while an adapter changed its network: the row says in which it is.
    private async Task SettleMovedAsync(VmEntry entry, VmAdapter adapter)
    {
        if (!VmStates.IsAlive(entry.Phase))
        {
            Put(entry, adapter with { Step = VmPartStep.None });
            return;
        }

        if (MemberOf(entry, adapter) is { } member)
        {
            networks.PutInPlace(member);
        }

        if (entry.Session is not null)
        {
            await RelinkAsync(entry, adapter).ConfigureAwait(false);
        }
    }

    // No guest can tell two of its adapters apart by one address.
    private void CheckOwnMacAddresses(string verb, VmEntry entry, Guid own, string? macAddress)
    {
        if (macAddress is not null && AdaptersOf(entry).FirstOrDefault(other => other.Id != own && other.MacAddress.Equals(macAddress, StringComparison.OrdinalIgnoreCase)) is { } other)
        {
            throw new VirtException(
                ErrorCode.Conflict, "MacAddressInUse", $"Cannot {verb} VM '{entry.Name}': the hardware address '{macAddress}' is taken, its adapter '{other.Name}' has it.", macAddress, $"Get-VMNetworkAdapter {entry.Name}");
        }
    }

    // The adapter that a machine was made with, which stands in the machine itself, as the others are.
    private static VmAdapter FirstOf(VmEntry entry) => new()
    {
        Id = entry.Id,
        Name = AdapterDevice.First,
        Model = entry.Spec.AdapterModel,
        Network = entry.Spec.Network!,
        MacAddress = entry.Spec.MacAddress ?? "",
        Attachment = entry.Spec.Attachment,
        Step = entry.Spec.AdapterStep,
    };

    // Under the lock: writes one that is there down, the first or another.
    private void Put(VmEntry entry, VmAdapter adapter)
    {
        if (adapter.Id != entry.Id)
        {
            SetAdapter(entry, adapter, adapter);
            return;
        }

        entry.Set(table, entry.Phase, entry.Run, entry.Spec with
        {
            AdapterModel = adapter.Model,
            Network = adapter.Network,
            MacAddress = adapter.MacAddress,
            Attachment = adapter.Attachment,
            AdapterStep = adapter.Step,
        });
    }
}
