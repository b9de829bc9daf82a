using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Changes what is in DVD drives of virtual machines, also while they run.</summary>
/// <remarks>
/// What was in the drive is taken out, whether the guest has locked its door or not, and the other image put in; an empty path or $null leaves the drive empty.
/// </remarks>
/// <example>
/// <code>Add-VMDvdDrive web02; New-VHD /tmp/vhd/tools.raw -SizeBytes 4MB; Set-VMDvdDrive web02 dvd* -Path /tmp/vhd/tools.raw</code>
/// <para>Puts an image into a drive.</para>
/// </example>
/// <example>
/// <code>Get-VM web* | Get-VMDvdDrive | Set-VMDvdDrive -Path $null</code>
/// <para>Takes the images out of all drives of several machines.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "VMDvdDrive", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMDrive))]
public sealed class SetVMDvdDriveCommand : VMDvdDriveTargetCommand
{
    /// <summary>The DVD image, with its full path on the host; empty or $null: none.</summary>
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [AllowNull]
    public string? Path { get; set; }

    /// <summary>Write the drive.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, VMDrive drive) => Change(
        host,
        TargetOf(drive),
        Methods.SetVMDrive,
        new SetVMDrive
        {
            Id = drive.Id,
            Name = drive.Name,
            VMId = drive.VMId,
            VMName = drive.VMName,
            Type = VMDriveType.Dvd,
            Path = IsWanted(nameof(Path)) ? Path ?? "" : null,
        },
        PassThru);
}
