using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Brings virtual machines back to checkpoints.</summary>
/// <remarks>
/// The machine's disk, its UEFI variables and, where the checkpoint has it, its memory become what they were. What has happened since in the machine is lost, unless
/// another checkpoint holds it; so it asks first. A machine whose memory was kept runs afterwards and has the right time; another one is stopped.
/// All checkpoints stay as they are, also those that were made later.
/// </remarks>
/// <example>
/// <code>Restore-VMCheckpoint -VMName web01 -Name before -Confirm:$false</code>
/// <para>Brings a machine back without a question.</para>
/// </example>
/// <example>
/// <code>Get-VMCheckpoint web01 | Where-Object IsCurrent | Restore-VMCheckpoint -WhatIf</code>
/// <para>Says what would be lost if a machine went back to its last checkpoint.</para>
/// </example>
[Cmdlet(VerbsData.Restore, "VMCheckpoint", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(VM))]
public sealed class RestoreVMCheckpointCommand : CheckpointChangeCommand
{
    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, VMCheckpoint checkpoint) => Change(
        host,
        new Target(checkpoint.Id, $"{checkpoint.VMName} to '{checkpoint.Name}'; everything since {TimeOf(checkpoint)} is lost", checkpoint),
        Methods.RestoreVMCheckpoint,
        new RestoreVMCheckpoint { Id = checkpoint.Id, Name = checkpoint.Name, VMId = checkpoint.VMId, VMName = checkpoint.VMName },
        PassThru);
}
