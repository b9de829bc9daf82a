using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on network adapters of virtual machines.</summary>
public abstract class VMNetworkAdapterTargetCommand : PartTargetCommand<VMNetworkAdapter>
{
    /// <summary>The names of the adapters' machines; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public virtual string[] VMName { get; set; } = [];

    /// <summary>The names of adapters, such as nic1; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNetworkAdapterNameCompleter))]
    public virtual string[] Name { get; set; } = [];

    /// <summary>Adapters, as Get-VMNetworkAdapter gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VMNetworkAdapter))]
    public VMNetworkAdapter[] InputObject { get; set; } = [];

    /// <summary>The ids of adapters.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Id)]
    public Guid[] Id { get; set; } = [];

    private protected override string[] TargetNames => Name;

    private protected override VMNetworkAdapter[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;

    private protected override Noun<VMNetworkAdapter> Noun => Nouns.NetworkAdapter;

    private protected override (VMNetworkAdapter[] Items, ErrorInfo[] Errors) Ask(HostCalls host, Guid[] workloads)
    {
        var found = host.Invoke(Methods.GetVMNetworkAdapter, new GetVMNetworkAdapter { VMNames = VMName, VMIds = workloads, Names = Name, Ids = Id });
        return (found.Items, found.Errors);
    }

    /// <summary>What a question is about: the adapter, its machine and its network.</summary>
    private protected static Target TargetOf(VMNetworkAdapter adapter) => new(adapter.Id, $"{adapter.Name} of {adapter.VMName}, in network '{adapter.Network}'", adapter);
}
