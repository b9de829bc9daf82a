using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Makes checkpoints of volumes.</summary>
/// <remarks>Keeps what a volume holds now. Where the file system can (btrfs, xfs), the checkpoint shares the blocks of the volume and takes no time and no space; else it is a copy. Its Method says which. Of a volume that is being written it is what a power cut would leave.</remarks>
/// <example>
/// <code>Checkpoint-VirtVolume db -CheckpointName monday -PassThru</code>
/// <para>Makes a checkpoint and shows the volume.</para>
/// </example>
[Cmdlet(VerbsData.Checkpoint, "VirtVolume", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VirtVolume))]
public sealed class CheckpointVirtVolumeCommand : VolumeChangeCommand
{
    /// <summary>Its name, unique within the volume. Without it one is made up.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string? CheckpointName { get; set; }

    /// <summary>Write the volume.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.CheckpointVirtVolume, new CheckpointVirtVolume { Id = target.Id, Name = target.Name, CheckpointName = CheckpointName ?? "" }, PassThru);
}
