using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Add-VMNetworkAdapter and Set-VMNetworkAdapter.</summary>
public sealed partial class VmService
{
    private const string AddAdapterVerb = "add a network adapter to";

    /// <summary>Gives a machine one more network adapter, also while it runs. Where it fails nothing is left of it.</summary>
    /// <exception cref="VirtException">NotFound (machine, network); InvalidArgument; WrongState (also: not while it runs); Conflict (an address); ResourceExhausted; Unavailable (QEMU).</exception>
    public async Task<VMNetworkAdapter> AddAdapterAsync(AddVMNetworkAdapter request, Call call)
    {
        var entry = Find(AddAdapterVerb, request.VMId, request.VMName);
        call.WorksOn(entry.Name);
        AdapterDevice.Check(AddAdapterVerb, entry.Name, request.Model, request.MacAddress, HostOf(entry.Spec).Architecture);
        var network = NewVMCheck.NetworkOf(request.SwitchName)
            ?? throw new VirtException(ErrorCode.InvalidArgument, "InvalidNetwork", $"Cannot {AddAdapterVerb} VM '{entry.Name}': an adapter is in a network; '{NewVMCheck.NoNetwork}' is none.", entry.Name, "Get-VirtNetwork");
        NewVMCheck.CheckNetwork(new NewVM { Name = entry.Name, SwitchName = network, IPAddresses = request.IPAddresses }, AddAdapterVerb);
        using var held = await LockAsync(AddAdapterVerb, entry, call).ConfigureAwait(false);
        VmStates.CheckDrive(AddAdapterVerb, entry.Name, entry.State);
        var isRunning = VmStates.IsAlive(entry.State);
        if (isRunning && network == NewVMCheck.UserNetwork && entry.Process is { } process && !QemuJail.IsInHostNetwork(process.Identity.Id))
        {
            throw new VirtException(ErrorCode.WrongState, "NeedsStop", $"Cannot {AddAdapterVerb} VM '{entry.Name}' while it runs: its QEMU was started without a way into the host's network, which '{NewVMCheck.UserNetwork}' goes through.", entry.Name, $"Stop-VM {entry.Name}; or an adapter in a network of the host: Get-VirtNetwork");
        }

        var id = Guid.NewGuid();
        var adapter = Join(
            AddAdapterVerb,
            entry.Name,
            new VmAdapter
            {
                Id = id,
                Name = NextAdapter(entry),
                Model = request.Model,
                Network = network,
                MacAddress = request.MacAddress?.ToLowerInvariant() ?? MacAddress.Of(id),
                Place = isRunning ? PortOf(entry) : null,
            },
            request.IPAddresses,
            call.WhatIf,
            request.MacAddress?.ToLowerInvariant());
        if (call.WhatIf)
        {
            return Show(entry, adapter);
        }

        await using var undo = new Rollback();
        undo.Add($"give back the place of '{adapter.Name}' of VM '{entry.Name}' in its network", () => LeaveAdapters(entry.Name, [adapter]));
        undo.Add($"forget '{adapter.Name}' of VM '{entry.Name}'", () => SetAdapter(entry, adapter, null));
        SetAdapter(entry, adapter, adapter with { Step = VmPartStep.Adding });
        await FaultPoint.ReachAsync(VmAdapterFaults.AddRecorded).ConfigureAwait(false);
        if (isRunning)
        {
            undo.Add($"take '{adapter.Name}' of VM '{entry.Name}' from QEMU", () => TakeOutAsync(entry, adapter));
            await AskQemuAsync(AddAdapterVerb, entry.Name, entry.Session, session => PlugAsync(entry, session, adapter)).ConfigureAwait(false);
        }

        SetAdapter(entry, adapter, adapter);
        undo.Commit();
        entry.Tell(VirtEventAction.Changed, $"It has the network adapter '{adapter.Name}'.");
        return Show(entry, adapter);
    }

    private static string NextAdapter(VmEntry entry)
    {
        for (var number = 1; number <= AdapterDevice.Most; number++)
        {
            var name = FormattableString.Invariant($"nic{number}");
            if (entry.Spec.Adapters.All(other => other.Name != name))
            {
                return name;
            }
        }

        throw new VirtException(ErrorCode.ResourceExhausted, "TooManyAdapters", $"Cannot {AddAdapterVerb} VM '{entry.Name}': it has {AdapterDevice.Most} beside the first already.", entry.Name, $"Get-VMNetworkAdapter {entry.Name}");
    }

    private static int PortOf(VmEntry entry) => VmDriveRules.FreePort(entry.Spec) ?? throw new VirtException(
        ErrorCode.WrongState,
        "NeedsStop",
        $"Cannot {AddAdapterVerb} VM '{entry.Name}' while it runs: none of its {entry.Spec.HotplugPorts} hot-plug ports is free.",
        entry.Name,
        $"Stop-VM {entry.Name}; or for more ports from its next start on: Set-VM {entry.Name} -HotplugPortCount {entry.Spec.HotplugPorts + 2}");

    private async Task PlugAsync(VmEntry entry, VmSession session, VmAdapter adapter)
    {
        var backend = AdapterDevice.BackendOf(adapter.Name);
        if (MemberOf(entry, adapter) is { } member)
        {
            networks.Prepare(member);
            using var tap = networks.ConnectTap(member);
            using var vhost = HostOf(entry.Spec).HasVhost && adapter.Model == VMNetworkAdapterModel.Virtio ? OpenVhost() : null;
            await session.AddBackendAsync(backend, tap, vhost, isRestricted: false, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            await session.AddBackendAsync(backend, null, null, isRestricted: adapter.Network != NewVMCheck.UserNetwork, CancellationToken.None).ConfigureAwait(false);
        }

        await FaultPoint.ReachAsync(VmAdapterFaults.Connected).ConfigureAwait(false);
        await session.PlugAsync(AdapterDevice.Of(adapter.Name, adapter.Model, adapter.MacAddress, adapter.Place), CancellationToken.None).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmAdapterFaults.Plugged).ConfigureAwait(false);
    }

    private static SafeFileHandle OpenVhost() => File.OpenHandle(VmNetwork.Vhost, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    // Of one whose adding has failed.
    private async ValueTask TakeOutAsync(VmEntry entry, VmAdapter adapter)
    {
        if (entry.Session is { } session)
        {
            if (await session.HasDeviceAsync(adapter.Name, CancellationToken.None).ConfigureAwait(false))
            {
                await session.UnplugAsync(adapter.Name, EndTimeout, CancellationToken.None).ConfigureAwait(false);
            }

            await session.RemoveBackendAsync(AdapterDevice.BackendOf(adapter.Name), CancellationToken.None).ConfigureAwait(false);
        }
    }

    // Under the lock: replaces an adapter, adds it, or, where there is none to be, takes it away.
    private void SetAdapter(VmEntry entry, VmAdapter adapter, VmAdapter? to)
    {
        var adapters = entry.Spec.Adapters.ToList();
        var index = adapters.FindIndex(other => other.Id == adapter.Id);
        if (index >= 0)
        {
            adapters.RemoveAt(index);
        }

        if (to is not null)
        {
            adapters.Insert(index >= 0 ? index : adapters.Count, to);
        }

        entry.Set(table, entry.Phase, entry.Run, entry.Spec with { Adapters = adapters });
    }

    /// <summary>Changes an adapter of a machine that is off.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; WrongState.</exception>
    public async Task<VMNetworkAdapter> SetAdapterAsync(SetVMNetworkAdapter request, Call call)
    {
        const string Verb = "change a network adapter of";
        var (entry, adapter) = FindAdapter(Verb, request.Id, request.Name, request.VMId, request.VMName);
        var name = adapter?.Name ?? AdapterDevice.First;
        call.WorksOn(entry.Name);
        AdapterDevice.Check(Verb, entry.Name, request.Model, request.MacAddress, HostOf(entry.Spec).Architecture);
        using var held = await LockAsync(Verb, entry, call).ConfigureAwait(false);
        VmStates.CheckOff(Verb, entry.Name, entry.State);
        adapter = FindAdapter(Verb, entry, name);
        var to = adapter is null ? entry.Spec with
        {
            AdapterModel = request.Model ?? entry.Spec.AdapterModel,
            MacAddress = request.MacAddress?.ToLowerInvariant() ?? entry.Spec.MacAddress,
            Attachment = Addressed(entry.Spec.Attachment, request.MacAddress),
        }
        : entry.Spec with
        {
            Adapters =
            [
                .. entry.Spec.Adapters.Select(other => other.Id != adapter.Id ? other : other with
                {
                    Model = request.Model ?? other.Model,
                    MacAddress = request.MacAddress?.ToLowerInvariant() ?? other.MacAddress,
                    Attachment = Addressed(other.Attachment, request.MacAddress),
                }),
            ],
        };
        if (!call.WhatIf)
        {
            entry.Set(table, entry.Phase, entry.Run, to);
            Rejoin(entry);
            entry.Tell(VirtEventAction.Changed, $"Its network adapter '{name}' is another.");
        }

        var shown = FindAdapter(Verb, entry, name);
        var now = shown is null ? ShowFirstAdapter(entry)! : Show(entry, shown);
        return now with { Model = request.Model ?? now.Model, MacAddress = request.MacAddress?.ToLowerInvariant() ?? now.MacAddress };
    }

    // Its network knows it by its hardware address.
    private static Networks.NetworkAttachment? Addressed(Networks.NetworkAttachment? attachment, string? macAddress) =>
        attachment is null || macAddress is null ? attachment : attachment with { MacAddress = macAddress.ToLowerInvariant() };
}
