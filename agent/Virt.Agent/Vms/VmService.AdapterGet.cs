using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Networks;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Get-VMNetworkAdapter, and how an adapter is found.</summary>
public sealed partial class VmService
{
    /// <summary>Adapters by machine and by name, id or pattern; all where the request names none.</summary>
    public Task<VMNetworkAdapterList> GetAdapterAsync(GetVMNetworkAdapter request, Call call)
    {
        var errors = new List<ErrorInfo>();
        IEnumerable<VMNetworkAdapter> found = [];
        if (request.Ids.Length == 0)
        {
            var machines = Select(new GetVM { Names = request.VMNames, Ids = request.VMIds }, errors).ToList();
            var all = machines.SelectMany(AdaptersOf).ToList();
            found = PartList.ByName(machines.ConvertAll(static one => one.Name), all, static adapter => adapter.Name, request.Names, (name, machine) => AdapterNotFound("get", name, machine, all), errors);
        }

        found = found.Concat(PartList.ById(request.Ids, ShowAdapterById, errors));
        return Task.FromResult(new VMNetworkAdapterList { Items = [.. found.OrderBy(static adapter => adapter.VMName, StringComparer.OrdinalIgnoreCase)], Errors = [.. errors] });
    }

    private VMNetworkAdapter ShowAdapterById(Guid id)
    {
        var (entry, adapter) = FindAdapter("get", id, "", Guid.Empty, "");
        return adapter is null ? ShowFirstAdapter(entry)! : Show(entry, adapter);
    }

    // The adapter null: it is the machine's first.
    private (VmEntry Machine, VmAdapter? Adapter) FindAdapter(string verb, Guid id, string name, Guid machineId, string machineName)
    {
        if (id == Guid.Empty)
        {
            var machine = Find($"{verb} a network adapter of", machineId, machineName);
            return (machine, FindAdapter(verb, machine, name));
        }

        foreach (var entry in entries.Values)
        {
            var adapter = entry.Spec.Adapters.FirstOrDefault(adapter => adapter.Id == id);
            if (adapter is not null || (entry.Id == id && entry.Spec.Network is not null))
            {
                return (entry, adapter);
            }
        }

        var shown = name.Length > 0 ? name : id.ToString();
        throw new VirtException(ErrorCode.NotFound, "VMNetworkAdapterNotFound", $"Cannot {verb} network adapter '{shown}': it does not exist any more (no adapter has the id {id}).", shown, "Get-VMNetworkAdapter");
    }

    private VmAdapter? FindAdapter(string verb, VmEntry machine, string name) =>
        machine.Spec.Network is not null && name.Equals(AdapterDevice.First, StringComparison.OrdinalIgnoreCase)
            ? null
            : machine.Spec.Adapters.FirstOrDefault(adapter => adapter.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw AdapterNotFound(verb, name, machine.Name, AdaptersOf(machine));

    private static VirtException AdapterNotFound(string verb, string name, string machine, IEnumerable<VMNetworkAdapter> others) =>
        VmErrors.NoPart(verb, "network adapter", "VMNetworkAdapterNotFound", name, machine, others.Select(static adapter => adapter.Name), "Get-VMNetworkAdapter");

    private IEnumerable<VMNetworkAdapter> AdaptersOf(VmEntry entry)
    {
        if (ShowFirstAdapter(entry) is { } first)
        {
            yield return first;
        }

        foreach (var adapter in entry.Spec.Adapters)
        {
            yield return Show(entry, adapter);
        }
    }

    private VMNetworkAdapter? ShowFirstAdapter(VmEntry entry) => entry.Spec is not { Network: { } network } spec
        ? null
        : Fill(entry, spec.AdapterModel, network, spec.MacAddress ?? "", spec.Attachment) with { Id = entry.Id, Name = AdapterDevice.First };

    private VMNetworkAdapter Show(VmEntry entry, VmAdapter adapter) =>
        Fill(entry, adapter.Model, adapter.Network, adapter.MacAddress, adapter.Attachment) with { Id = adapter.Id, Name = adapter.Name };

    private VMNetworkAdapter Fill(VmEntry entry, VMNetworkAdapterModel model, string network, string macAddress, NetworkAttachment? attachment) => new()
    {
        VMId = entry.Id,
        VMName = entry.Name,
        Model = model,
        Network = attachment is null ? network : networks.NameOf(attachment.NetworkId),
        MacAddress = macAddress,
        IPAddresses = [.. attachment?.Addresses ?? []],
    };
}
