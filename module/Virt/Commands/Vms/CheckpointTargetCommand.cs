using System;
using System.Globalization;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on checkpoints. They are found first, so that a question can say what is lost.</summary>
public abstract class CheckpointTargetCommand : PartTargetCommand<VMCheckpoint>
{
    /// <summary>The names of the checkpoints' machines; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public virtual string[] VMName { get; set; } = [];

    /// <summary>The names of checkpoints; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMCheckpointNameCompleter))]
    public virtual string[] Name { get; set; } = [];

    /// <summary>Checkpoints, as Get-VMCheckpoint gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VMCheckpoint))]
    public virtual VMCheckpoint[] InputObject { get; set; } = [];

    /// <summary>The ids of checkpoints.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Id)]
    public Guid[] Id { get; set; } = [];

    private protected override string[] TargetNames => Name;

    private protected override string[] FirstWords => VMName;

    private protected override VMCheckpoint[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;

    private protected override Noun<VMCheckpoint> Noun => Nouns.VMCheckpoint;

    private protected override (VMCheckpoint[] Items, ErrorInfo[] Errors) Ask(HostCalls host, Guid[] workloads)
    {
        var found = host.Invoke(Methods.GetVMCheckpoint, new GetVMCheckpoint { VMNames = VMName, VMIds = workloads, Names = Name, Ids = Id });
        return (found.Items, found.Errors);
    }

    /// <summary>The moment that it holds, in the user's own time.</summary>
    private protected static string TimeOf(VMCheckpoint checkpoint) => checkpoint.CreationTime.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
