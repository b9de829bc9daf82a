using System;
using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on volumes.</summary>
public abstract class VolumeTargetCommand : TargetCommand<VirtVolume>
{
    /// <summary>The names of volumes; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VolumeNameCompleter))]
    public virtual string[] Name { get; set; } = [];

    /// <summary>Volumes, as Get-VirtVolume gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VirtVolume))]
    public virtual VirtVolume[] InputObject { get; set; } = [];

    /// <summary>The ids of volumes.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Id)]
    public Guid[] Id { get; set; } = [];

    private protected override string[] TargetNames => Name;

    private protected override VirtVolume[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;

    private protected override Noun<VirtVolume> Noun => Nouns.Volume;
}
