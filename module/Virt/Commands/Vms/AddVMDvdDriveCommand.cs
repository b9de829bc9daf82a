using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Adds DVD drives to virtual machines, also while they run.</summary>
/// <remarks>
/// The machine boots from the DVD where its first disk has nothing to boot: so a system is installed from it, and is booted from its disk from then on. The image is only read, and can be
/// in several machines. A SATA drive is what every system knows, and comes to a machine that is off; behind SCSI drives come and go at any time.
/// </remarks>
/// <example>
/// <code>New-VHD /tmp/vhd/setup.raw -SizeBytes 8MB; Add-VMDvdDrive web02 /tmp/vhd/setup.raw -PassThru</code>
/// <para>Puts a DVD image into a new drive of a machine. (Any file can be one; a real one comes from whoever publishes the system.)</para>
/// </example>
/// <example>
/// <code>Add-VMDvdDrive web02 -ControllerType SCSI</code>
/// <para>Adds an empty drive.</para>
/// </example>
[Cmdlet(VerbsCommon.Add, "VMDvdDrive", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMDrive))]
public sealed class AddVMDvdDriveCommand : VMPartChangeCommand
{
    /// <summary>The DVD image, with its full path on the host; without it the drive is empty.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string? Path { get; set; }

    /// <summary>What the guest sees it behind: SATA or SCSI. Where it is left away: SATA; SCSI on arm64 and while the machine runs.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VMControllerType ControllerType { get; set; }

    /// <summary>Write the drive.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.AddVMDrive,
        new AddVMDrive
        {
            VMId = target.Id,
            VMName = target.Name,
            Type = VMDriveType.Dvd,
            Path = IsWanted(nameof(Path)) ? Path : null,
            ControllerType = IsWanted(nameof(ControllerType)) ? ControllerType : null,
        },
        PassThru);
}
