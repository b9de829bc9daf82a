using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Brings virtual machines back to checkpoints.</summary>
/// <remarks>
/// The machine's disk, its UEFI variables and, where the checkpoint has it, its memory become what they were. What has happened since in the machine is lost, unless
/// another checkpoint holds it; so it asks first. A machine whose memory was kept is afterwards what it was then, Running, Paused or Saved, as State of the checkpoint says; one that runs has the right time. Another one is stopped.
/// All checkpoints stay as they are, also those that were made later.
/// Its settings come back too: memory and processors, network adapters with their places in networks, what is in its DVD drives, boot order, notes, health check, when it starts and stops. What stays as it is now: its name, the ports of
/// the host that lead to it, its disks that are -Independent, and which checkpoints are made of it and when. Where one of its networks is gone it is refused, and nothing changes. An image of a DVD that is gone, or an address that
/// another has by now, keeps no machine from coming back that is stopped afterwards: Status says what is other than it was.
/// </remarks>
/// <example>
/// <code>Restore-VMCheckpoint -VMName web01 -Name before -Confirm:$false</code>
/// <para>Brings a machine back without a question.</para>
/// </example>
/// <example>
/// <code>Restore-VMCheckpoint web01 before -PassThru -Confirm:$false | Select-Object Name, State, Notes, Status</code>
/// <para>Brings a machine back, and shows what it says of itself now.</para>
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
