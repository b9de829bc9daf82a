using System;
using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on operations.</summary>
public abstract class OperationTargetCommand : TargetCommand<VirtOperation>
{
    /// <summary>The ids of operations.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ParameterSets.Id)]
    [ArgumentCompleter(typeof(OperationIdCompleter))]
    public virtual Guid[] Id { get; set; } = [];

    /// <summary>Operations, as Get-VirtOperation gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VirtOperation))]
    public VirtOperation[] InputObject { get; set; } = [];

    private protected override Noun<VirtOperation> Noun => Nouns.Operation;

    private protected override string[] TargetNames => [];

    private protected override VirtOperation[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;
}
