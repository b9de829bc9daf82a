using System;
using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on containers.</summary>
public abstract class ContainerTargetCommand : TargetCommand<Container>
{
    /// <summary>The names of containers; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public virtual string[] Name { get; set; } = [];

    /// <summary>Containers, as Get-Container gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(Container))]
    public virtual Container[] InputObject { get; set; } = [];

    /// <summary>The ids of containers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Id)]
    public Guid[] Id { get; set; } = [];

    private protected override string[] TargetNames => Name;

    private protected override Container[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;

    private protected override Noun<Container> Noun => Nouns.Container;
}
