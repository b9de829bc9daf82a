using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Makes checkpoints of virtual machines.</summary>
/// <remarks>
/// <para>
/// Keeps a machine's settings, its disks, but those that are independent of checkpoints (Get-VMHardDiskDrive), its UEFI variables and, where it runs, its memory as they are at one moment, to which
/// Restore-VMCheckpoint brings it back. A guest that runs stands still for less than a tenth of a second. From then on the machine writes to new files beside its disks;
/// Remove-VMCheckpoint merges them again.
/// </para>
/// <para>
/// A machine that is Paused or Saved is checkpointed with its memory too, and comes back Paused or Saved (State says so). One that is Paused stays so, but for less than a millisecond for which its guest runs afterwards: only then does QEMU write to its disks again. What was saved is kept without
/// being copied.
/// </para>
/// <para>
/// That is a Standard checkpoint. A Production checkpoint has no memory: the guest agent lets the guest's file systems, and by its hooks its databases, come to rest for that moment, so
/// that what is kept is what a backup would want; the machine is stopped when it is brought back. Where there is no guest agent that can do so, Production makes a Standard one and warns, and
/// ProductionOnly none. A machine that is off is at rest; the guest of one that is Paused or Saved cannot come to rest.
/// </para>
/// <para>
/// What was made is verified before it counts. At most 50 checkpoints can stand on each other.
/// </para>
/// </remarks>
/// <example>
/// <code>Checkpoint-VM web01 -SnapshotName before</code>
/// <para>Makes a checkpoint with the name before.</para>
/// </example>
/// <example>
/// <code>Get-VM web* | Checkpoint-VM -PassThru</code>
/// <para>Makes one of every machine whose name begins with web, and shows them. Their names are made up of the machine's and the time.</para>
/// </example>
/// <example>
/// <code>Checkpoint-VM web01 -SnapshotName nightly -CheckpointType Production</code>
/// <para>Makes one for which the guest's file systems are brought to rest.</para>
/// </example>
/// <example>
/// <code>Checkpoint-VM web01 -SnapshotName before-update -ExpiresAfter 2d -PassThru | Format-List Name, ExpirationTime</code>
/// <para>Makes one that goes by itself after two days.</para>
/// </example>
[Cmdlet(VerbsData.Checkpoint, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMCheckpoint))]
public sealed class CheckpointVMCommand : VMChangeCommand
{
    /// <summary>The checkpoint's name. Without it one is made up of the machine's name and the time.</summary>
    [Parameter(Position = 1)]
    [Alias("CheckpointName")]
    [ValidateNotNullOrEmpty]
    public string? SnapshotName { get; set; }

    /// <summary>Words of your own.</summary>
    [Parameter]
    public string Notes { get; set; } = "";

    /// <summary>How it is made: Standard, Production or ProductionOnly. Without it: as Set-VM -CheckpointType says, which is Standard at first.</summary>
    [Parameter]
    public VMCheckpointType CheckpointType { get; set; }

    /// <summary>Of one that is Standard, keep no memory: the machine is stopped when it is brought back, and finds its disk as after a loss of power.</summary>
    [Parameter]
    public SwitchParameter DiskOnly { get; set; }

    /// <summary>Let it go by itself after this time, such as 7d for a week; where the host is off then, as soon as it is on again. Its disk is merged as by Remove-VMCheckpoint.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? ExpiresAfter { get; set; }

    /// <summary>Write the checkpoint.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.CheckpointVM,
        new CheckpointVM
        {
            Id = target.Id,
            Name = target.Name,
            CheckpointName = SnapshotName ?? "",
            Notes = Notes,
            IncludeMemory = !DiskOnly,
            ExpiresAfter = ExpiresAfter,
            CheckpointType = IsWanted(nameof(CheckpointType)) ? CheckpointType : null,
        },
        PassThru,
        (_, checkpoint) =>
        {
            if (checkpoint.Status.Length > 0)
            {
                Warn($"VM '{checkpoint.VMName}', checkpoint '{checkpoint.Name}': {checkpoint.Status}");
            }

            return checkpoint;
        },
        static checkpoint => checkpoint.Status);
}
