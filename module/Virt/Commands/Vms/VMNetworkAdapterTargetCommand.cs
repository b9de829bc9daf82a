using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on network adapters of virtual machines.</summary>
public abstract class VMNetworkAdapterTargetCommand : TargetCommand<VMNetworkAdapter>
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

    /// <summary>Does what the cmdlet is for, with one adapter.</summary>
    private protected virtual void Act(HostCalls host, VMNetworkAdapter adapter) => Emit(adapter);

    /// <summary>Why something cannot be done with all of these; null: it can.</summary>
    private protected virtual VirtException? RefusalOf(VMNetworkAdapter[] adapters) => null;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ParameterSets.InputObject)
        {
            if (RefusalOf(InputObject) is { } refusal)
            {
                ThrowTerminatingError(ErrorRecords.From(refusal, InputObject));
            }

            ForEachObject(InputObject, (host, target) => Act(host, (VMNetworkAdapter)target.Input));
        }
        else
        {
            ForEachHost(HostNames, host => Find(host, new GetVMNetworkAdapter { VMNames = VMName, Names = Name, Ids = Id }));
        }
    }

    /// <summary>Works on what is found on a host.</summary>
    private protected void Find(HostCalls host, GetVMNetworkAdapter request)
    {
        var found = host.Invoke(Methods.GetVMNetworkAdapter, request);
        if (RefusalOf(found.Items) is { } refusal)
        {
            throw refusal;
        }

        Array.ForEach(found.Items, item => Guard(Id.Length > 0 ? item.Id : item.Name, () => Act(host, item)));
        Report(found.Errors);
    }

    /// <summary>What a question is about: the adapter, its machine and its network.</summary>
    private protected static Target TargetOf(VMNetworkAdapter adapter) => new(adapter.Id, $"{adapter.Name} of {adapter.VMName}, in network '{adapter.Network}'", adapter);
}
