using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Removes volumes, or checkpoints of them.</summary>
/// <remarks>Removes a volume with all that it holds and its checkpoints; with -CheckpointName that checkpoint alone. As that loses data, it asks first. While a container has the volume, whether it runs or not, it is refused, and the error says which.</remarks>
/// <example>
/// <code>Remove-VirtVolume db -CheckpointName before -Confirm:$false</code>
/// <para>Removes a checkpoint without a question.</para>
/// </example>
/// <example>
/// <code>Remove-VirtVolume db -Force</code>
/// <para>Removes a volume without a question.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "VirtVolume", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveVirtVolumeCommand : VolumeChangeCommand
{
    /// <summary>Only this checkpoint.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string? CheckpointName { get; set; }

    /// <summary>Do not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool IsForced => Force;

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RemoveVirtVolume, new RemoveVirtVolume { Id = target.Id, Name = target.Name, CheckpointName = CheckpointName ?? "" });
}
