using System;
using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on networks.</summary>
public abstract class NetworkTargetCommand : TargetCommand<VirtNetwork>
{
    /// <summary>The names of networks; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public virtual string[] Name { get; set; } = [];

    /// <summary>Networks, as Get-VirtNetwork gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VirtNetwork))]
    public VirtNetwork[] InputObject { get; set; } = [];

    /// <summary>The ids of networks.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Id)]
    public Guid[] Id { get; set; } = [];

    private protected override string[] TargetNames => Name;

    private protected override VirtNetwork[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;

    private protected override Noun<VirtNetwork> Noun => Nouns.Network;
}
