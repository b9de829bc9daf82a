using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that change volumes by something that stands after their names, or alone where they come from the pipeline.</summary>
public abstract class VolumeOperandCommand : VolumeChangeCommand
{
    /// <summary>The names of volumes; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ParameterSets.Piped)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VolumeNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <summary>Volumes, as Get-VirtVolume gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Piped)]
    [Kind(typeof(VirtVolume))]
    public override VirtVolume[] InputObject { get; set; } = [];
}
