using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Renames checkpoints of virtual machines.</summary>
/// <remarks>A name is unique among the checkpoints of its machine. What the checkpoint holds and when it goes by itself stay as they are.</remarks>
/// <example>
/// <code>Rename-VMCheckpoint -VMName web01 -Name before -NewName baseline</code>
/// <para>Gives a checkpoint another name.</para>
/// </example>
[Cmdlet(VerbsCommon.Rename, "VMCheckpoint", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMCheckpoint))]
public sealed class RenameVMCheckpointCommand : CheckpointOperandCommand
{
    /// <summary>The new name: 1 to 100 characters without * ? [ ] ` / #.</summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    [ValidateNotNullOrEmpty]
    public string NewName { get; set; } = "";

    /// <summary>Write the checkpoint.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => NewName = One(words);

    private protected override void Act(HostCalls host, VMCheckpoint checkpoint) => Change(
        host,
        new Target(checkpoint.Id, $"'{checkpoint.Name}' of {checkpoint.VMName}", checkpoint),
        Methods.RenameVMCheckpoint,
        new RenameVMCheckpoint { Id = checkpoint.Id, Name = checkpoint.Name, VMId = checkpoint.VMId, VMName = checkpoint.VMName, NewName = NewName },
        PassThru);
}
