using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Adds disks to virtual machines, also while they run.</summary>
/// <remarks>
/// Adds a disk that is there (-Path) or makes one (-SizeBytes). It comes at once where the machine runs, and its guest sees it: behind the SCSI controller, which every machine has, as many
/// as 256 of them; as a Virtio or NVMe device of its own where a hot-plug port is free (Set-VM -HotplugPortCount). A SATA disk waits for a machine that is off, and so does what finds no
/// place: the error says so. Checkpoints, and copies and archives of the machine, hold all of its disks but those that are -Independent: these stay as they are when the machine is restored, and
/// with them no checkpoint holds a guest's memory. So a disk comes to a machine that has checkpoints as an independent one, or once they are removed. QEMU cannot save a guest's memory beside an
/// NVMe disk. A disk that is -ReadOnly can be in several machines.
/// </remarks>
/// <example>
/// <code>Add-VMHardDiskDrive web02 -SizeBytes 2GB -Independent</code>
/// <para>Makes a disk for a machine's data.</para>
/// </example>
/// <example>
/// <code>New-VHD /tmp/vhd/logs.qcow2 -SizeBytes 1GB; Add-VMHardDiskDrive web02 -Path /tmp/vhd/logs.qcow2 -ControllerType Virtio -MaximumIOPS 500</code>
/// <para>Adds a disk that is there, and limits what it may do.</para>
/// </example>
[Cmdlet(VerbsCommon.Add, "VMHardDiskDrive", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMDrive))]
public sealed class AddVMHardDiskDriveCommand : VMPartChangeCommand
{
    /// <summary>The disk image, with its full path on the host; with -SizeBytes, where the new one is made.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string? Path { get; set; }

    /// <summary>Make a new disk of this size, such as 20GB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long SizeBytes { get; set; }

    /// <summary>What the guest sees it behind: SCSI (where it is left away), Virtio, NVMe or SATA.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VMControllerType ControllerType { get; set; }

    /// <summary>The guest can only read it.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    /// <summary>Checkpoints, and what restores them, leave it as it is.</summary>
    [Parameter]
    public SwitchParameter Independent { get; set; }

    /// <summary>Reads and writes a second, at most; 0: no limit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public long MaximumIOPS { get; set; }

    /// <summary>Bytes read and written a second, at most, such as 100MB; 0: no limit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long MaximumBytesPerSecond { get; set; }

    /// <summary>Write the disk.</summary>
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
            Type = VMDriveType.HardDisk,
            Path = IsWanted(nameof(Path)) ? Path : null,
            NewSizeBytes = IsWanted(nameof(SizeBytes)) ? SizeBytes : null,
            ControllerType = IsWanted(nameof(ControllerType)) ? ControllerType : null,
            IsReadOnly = ReadOnly,
            IsIndependent = Independent,
            MaximumIOPS = MaximumIOPS,
            MaximumBytesPerSecond = MaximumBytesPerSecond,
        },
        PassThru);
}
