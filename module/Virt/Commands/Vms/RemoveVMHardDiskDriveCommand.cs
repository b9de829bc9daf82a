using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Takes disks out of virtual machines, also while they run.</summary>
/// <remarks>
/// The guest is asked to let go of the disk and told when it is gone; unmount what is on it first. The disk's file stays, and can be added again; with -DeleteDisk it goes too, so that asks
/// first. The disk that a machine was made with, disk0, goes with the machine. What was there when the machine was started and is not behind the SCSI controller can be taken out while
/// the machine is off.
/// </remarks>
/// <example>
/// <code>Add-VMHardDiskDrive web02 -SizeBytes 1GB; Remove-VMHardDiskDrive web02 disk*[1-9] -DeleteDisk -Confirm:$false</code>
/// <para>Adds a disk, and takes all but the first out of the machine and deletes them.</para>
/// </example>
/// <example>
/// <code>Get-VMHardDiskDrive web02 | Where-Object Name -ne disk0 | Remove-VMHardDiskDrive -WhatIf</code>
/// <para>Says which disks would be taken out.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "VMHardDiskDrive", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveVMHardDiskDriveCommand : VMHardDiskDriveTargetCommand
{
    /// <summary>Delete the disk's file too.</summary>
    [Parameter]
    public SwitchParameter DeleteDisk { get; set; }

    /// <summary>How long a guest may take to let go of it, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSeconds { get; set; } = 30;

    private protected override bool LosesData => DeleteDisk;

    private protected override void Act(HostCalls host, VMDrive drive) => Change(
        host,
        TargetOf(drive),
        Methods.RemoveVMDrive,
        new RemoveVMDrive { Id = drive.Id, Name = drive.Name, VMId = drive.VMId, VMName = drive.VMName, Type = VMDriveType.HardDisk, DeleteDisk = DeleteDisk, Timeout = Seconds(TimeoutSeconds) },
        emit: false,
        follow: static (_, _) => null);
}
