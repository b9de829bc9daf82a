using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Changes disks of virtual machines, also while they run.</summary>
/// <remarks>
/// Limits what a disk reads and writes, at once; 0 takes a limit away. Says whether checkpoints leave the disk as it is (-Independent, -Independent:$false), while there are none; the
/// first disk, disk0, is always held by them. A disk becomes larger by Resize-VHD.
/// </remarks>
/// <example>
/// <code>Set-VMHardDiskDrive web01 disk0 -MaximumIOPS 200 -MaximumBytesPerSecond 50MB</code>
/// <para>Limits a machine's first disk.</para>
/// </example>
/// <example>
/// <code>Get-VMHardDiskDrive web01 | Set-VMHardDiskDrive -MaximumIOPS 0 -MaximumBytesPerSecond 0 -PassThru</code>
/// <para>Takes the limits away again.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "VMHardDiskDrive", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMDrive))]
public sealed class SetVMHardDiskDriveCommand : VMHardDiskDriveTargetCommand
{
    /// <summary>Reads and writes a second, at most; 0: no limit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public long MaximumIOPS { get; set; }

    /// <summary>Bytes read and written a second, at most, such as 100MB; 0: no limit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long MaximumBytesPerSecond { get; set; }

    /// <summary>Checkpoints, and what restores them, leave it as it is.</summary>
    [Parameter]
    public SwitchParameter Independent { get; set; }

    /// <summary>Write the disk.</summary>
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
            Type = VMDriveType.HardDisk,
            MaximumIOPS = IsWanted(nameof(MaximumIOPS)) ? MaximumIOPS : null,
            MaximumBytesPerSecond = IsWanted(nameof(MaximumBytesPerSecond)) ? MaximumBytesPerSecond : null,
            IsIndependent = IsWanted(nameof(Independent)) ? Independent.ToBool() : null,
        },
        PassThru);
}
