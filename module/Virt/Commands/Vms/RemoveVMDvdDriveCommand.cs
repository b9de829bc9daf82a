using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Takes DVD drives out of virtual machines, also while they run.</summary>
/// <remarks>
/// A SATA drive can be taken out while the machine is off, one behind SCSI at any time. The image that was in it stays where it is. To take the image out alone: Set-VMDvdDrive -Path $null.
/// </remarks>
/// <example>
/// <code>Add-VMDvdDrive web02; Remove-VMDvdDrive web02 dvd*</code>
/// <para>Adds a drive, and takes all of them away.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "VMDvdDrive", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveVMDvdDriveCommand : VMDvdDriveTargetCommand
{
    /// <summary>How long a guest may take to let go of it, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSeconds { get; set; } = 30;

    private protected override void Act(HostCalls host, VMDrive drive) => Change(
        host,
        TargetOf(drive),
        Methods.RemoveVMDrive,
        new RemoveVMDrive { Id = drive.Id, Name = drive.Name, VMId = drive.VMId, VMName = drive.VMName, Type = VMDriveType.Dvd, Timeout = Seconds(TimeoutSeconds) },
        emit: false,
        follow: static (_, _) => null);
}
