using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Removes checkpoints of virtual machines.</summary>
/// <remarks>
/// The machine keeps its present state and runs on; its disk's files are merged where no other checkpoint needs them apart, so that with the last checkpoint the disk is
/// one file again. The moment that the checkpoint held is gone for good; so it asks first.
/// </remarks>
/// <example>
/// <code>Remove-VMCheckpoint -VMName web01 -Name before -Confirm:$false</code>
/// <para>Removes a checkpoint without a question.</para>
/// </example>
/// <example>
/// <code>Get-VMCheckpoint web* | Where-Object CreationTime -lt ([DateTimeOffset]::Now.AddDays(-7)) | Remove-VMCheckpoint -WhatIf</code>
/// <para>Says which checkpoints would be removed.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "VMCheckpoint", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveVMCheckpointCommand : CheckpointChangeCommand
{
    private protected override void Act(HostCalls host, VMCheckpoint checkpoint) => Change(
        host,
        new Target(checkpoint.Id, $"'{checkpoint.Name}' of {checkpoint.VMName}; it cannot be brought back to {TimeOf(checkpoint)} then", checkpoint),
        Methods.RemoveVMCheckpoint,
        new RemoveVMCheckpoint { Id = checkpoint.Id, Name = checkpoint.Name, VMId = checkpoint.VMId, VMName = checkpoint.VMName },
        emit: false,
        follow: static (_, _) => null);
}
