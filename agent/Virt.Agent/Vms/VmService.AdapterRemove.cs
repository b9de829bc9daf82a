using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Remove-VMNetworkAdapter, and what becomes of adapters to which something was half done.</summary>
public sealed partial class VmService
{
    private const string RemoveAdapterVerb = "remove a network adapter of";

    /// <summary>Takes a network adapter out of a machine, also while that runs.</summary>
    /// <exception cref="VirtException">NotFound; WrongState (also: not while it runs); Timeout: the guest does not let go of it; Unavailable (QEMU).</exception>
    public async Task<VMNetworkAdapter> RemoveAdapterAsync(RemoveVMNetworkAdapter request, Call call)
    {
        var (entry, adapter) = FindAdapter(RemoveAdapterVerb, request.Id, request.Name, request.VMId, request.VMName);
        call.WorksOn(entry.Name);
        using var held = await LockAsync(RemoveAdapterVerb, entry, call).ConfigureAwait(false);
        VmStates.CheckDrive(RemoveAdapterVerb, entry.Name, entry.State);
        adapter = FindAdapter(RemoveAdapterVerb, entry, adapter?.Name ?? AdapterDevice.First) ?? FirstOf(entry);
        var isRunning = VmStates.IsAlive(entry.State);
        if (isRunning && adapter.Place is null)
        {
            throw new VirtException(ErrorCode.WrongState, "NeedsStop", $"Cannot {RemoveAdapterVerb} VM '{entry.Name}' while it runs: '{adapter.Name}' was there when it was started, and is in no hot-plug port.", entry.Name, $"Stop-VM {entry.Name}");
        }

        var shown = Show(entry, adapter);
        if (call.WhatIf)
        {
            return shown;
        }

        if (adapter.Id == entry.Id)
        {
            RemoveFirst(entry);
            return shown;
        }

        adapter = adapter with { Step = VmPartStep.Removing };
        SetAdapter(entry, adapter, adapter);
        await FaultPoint.ReachAsync(VmAdapterFaults.RemoveRecorded).ConfigureAwait(false);
        if (isRunning)
        {
            try
            {
                call.Report($"Removing network adapter '{adapter.Name}' of VM '{entry.Name}'", "waiting for the guest to let go of it");
                if (!await AskQemuAsync(RemoveAdapterVerb, entry.Name, entry.Session, session => session.UnplugAsync(adapter.Name, request.Timeout, call.Cancellation)).ConfigureAwait(false))
                {
                    throw new VirtException(ErrorCode.Timeout, "UnplugTimeout", $"Cannot {RemoveAdapterVerb} VM '{entry.Name}': the guest has not let go of '{adapter.Name}' within {request.Timeout.TotalSeconds:0} s.", entry.Name, $"Stop-VM {entry.Name}");
                }

                await FaultPoint.ReachAsync(VmAdapterFaults.Unplugged).ConfigureAwait(false);
            }
            catch
            {
                SetAdapter(entry, adapter, adapter with { Step = VmPartStep.None });
                throw;
            }
        }

        await FinishRemoveAdapterAsync(entry, adapter).ConfigureAwait(false);
        entry.Tell(VirtEventAction.Changed, $"Its network adapter '{adapter.Name}' is gone.");
        return shown;
    }

    // Of a machine that is off. It has the ports that the machine publishes, which go with it.
    private void RemoveFirst(VmEntry entry)
    {
        var member = MemberOf(entry);
        entry.Set(table, entry.Phase, entry.Run, BootOrder.Without(entry.Spec, AdapterDevice.First) with { Network = null, MacAddress = null, Attachment = null, AdapterModel = VMNetworkAdapterModel.Virtio, AdapterStep = VmPartStep.None });
        if (member is not null)
        {
            networks.Leave(member);
        }

        entry.Tell(VirtEventAction.Changed, $"Its network adapter '{AdapterDevice.First}' is gone.");
    }

    // The guest does not have it any more. May be repeated.
    private async Task FinishRemoveAdapterAsync(VmEntry entry, VmAdapter adapter)
    {
        await TakeOutAsync(entry, adapter).ConfigureAwait(false);
        LeaveAdapters(entry.Name, [adapter]);
        SetAdapter(entry, adapter, null);
    }

    // Under the lock, after an agent that ended meanwhile: each adapter is there or is not.
    private async Task SettleAdaptersAsync(VmEntry entry)
    {
        var isAlive = VmStates.IsAlive(entry.Phase);
        foreach (var adapter in entry.Spec.Adapters.Append(FirstOf(entry)).Where(static adapter => adapter.Step != VmPartStep.None).ToList())
        {
            if (adapter.Step == VmPartStep.Changing)
            {
                await SettleMovedAsync(entry, adapter).ConfigureAwait(false);
                continue;
            }

            if (isAlive && entry.Session is null)
            {
                return;
            }

            if (isAlive && await entry.Session!.HasDeviceAsync(adapter.Name, CancellationToken.None).ConfigureAwait(false))
            {
                SetAdapter(entry, adapter, adapter with { Step = VmPartStep.None });
            }
            else
            {
                await FinishRemoveAdapterAsync(entry, adapter).ConfigureAwait(false);
            }
        }
    }
}
