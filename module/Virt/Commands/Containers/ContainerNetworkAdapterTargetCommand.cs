using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on network adapters of containers.</summary>
public abstract class ContainerNetworkAdapterTargetCommand : TargetCommand<ContainerNetworkAdapter>
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

    /// <summary>Does what the cmdlet is for, with one adapter.</summary>
    private protected virtual void Act(HostCalls host, ContainerNetworkAdapter adapter) => Emit(adapter);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ParameterSets.InputObject)
        {
            ForEachObject(InputObject, (host, target) => Act(host, (ContainerNetworkAdapter)target.Input));
        }
        else
        {
            ForEachHost(HostNames, host => Find(host, new GetContainerNetworkAdapter { ContainerNames = ContainerName, Names = Name, Ids = Id }));
        }
    }

    /// <summary>Works on what is found on a host.</summary>
    private protected void Find(HostCalls host, GetContainerNetworkAdapter request)
    {
        var found = host.Invoke(Methods.GetContainerNetworkAdapter, request);
        Array.ForEach(found.Items, item => Guard(Id.Length > 0 ? item.Id : item.Name, () => Act(host, item)));
        Report(found.Errors);
    }
}
