using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on network adapters of containers.</summary>
public abstract class ContainerNetworkAdapterTargetCommand : PartTargetCommand<ContainerNetworkAdapter>
{
    /// <summary>The names of the adapters' containers; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public virtual string[] ContainerName { get; set; } = [];

    /// <summary>The names of adapters, such as eth1; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerNetworkAdapterNameCompleter))]
    public virtual string[] Name { get; set; } = [];

    /// <summary>Adapters, as Get-ContainerNetworkAdapter gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(ContainerNetworkAdapter))]
    public ContainerNetworkAdapter[] InputObject { get; set; } = [];

    /// <summary>The ids of adapters.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Id)]
    public Guid[] Id { get; set; } = [];

    private protected override string[] TargetNames => Name;

    private protected override ContainerNetworkAdapter[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;

    private protected override Noun<ContainerNetworkAdapter> Noun => Nouns.ContainerNetworkAdapter;

    private protected override (ContainerNetworkAdapter[] Items, ErrorInfo[] Errors) Ask(HostCalls host, Guid[] workloads)
    {
        var found = host.Invoke(Methods.GetContainerNetworkAdapter, new GetContainerNetworkAdapter { ContainerNames = ContainerName, ContainerIds = workloads, Names = Name, Ids = Id });
        return (found.Items, found.Errors);
    }
}
