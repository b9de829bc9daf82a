using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that change checkpoints by something that stands after their names, or alone where they come from the pipeline.</summary>
public abstract class CheckpointOperandCommand : CheckpointChangeCommand
{
    /// <summary>The names of the checkpoints' machines; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ParameterSets.Piped)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public override string[] VMName { get; set; } = [];

    /// <summary>Checkpoints, as Get-VMCheckpoint gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Piped)]
    [Kind(typeof(VMCheckpoint))]
    public override VMCheckpoint[] InputObject { get; set; } = [];
}
