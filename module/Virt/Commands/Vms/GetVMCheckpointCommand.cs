using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets the checkpoints of virtual machines.</summary>
/// <remarks>
/// Gives checkpoints by machine, each with the moment that it holds, what it takes on the host, and the checkpoint that it stands on. IsCurrent marks the one that
/// the machine's present state has come from.
/// </remarks>
/// <example>
/// <code>Get-VMCheckpoint web01</code>
/// <para>Shows the checkpoints of a machine.</para>
/// </example>
/// <example>
/// <code>Get-VM web* | Get-VMCheckpoint | Where-Object CreationTime -lt ([DateTimeOffset]::Now.AddDays(-7))</code>
/// <para>Shows checkpoints that are older than a week.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMCheckpoint", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMCheckpoint))]
public sealed class GetVMCheckpointCommand : CheckpointTargetCommand
{
    private const string Machine = "VM";

    /// <summary>The names of machines; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public override string[] VMName { get; set; } = [];

    /// <summary>Machines, as Get-VM gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = Machine)]
    [Kind(typeof(VM))]
    public VM[] VM { get; set; } = [];

    /// <summary>The names of checkpoints; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 1, ParameterSetName = ParameterSets.Name)]
    [Parameter(ParameterSetName = Machine)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMCheckpointNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ParameterSets.InputObject)
        {
            ForEachFound(Emit);
        }
        else if (ParameterSetName == Machine)
        {
            ForEachOwner(VM, Nouns.VM);
        }
        else
        {
            base.ProcessRecord();
        }
    }
}
