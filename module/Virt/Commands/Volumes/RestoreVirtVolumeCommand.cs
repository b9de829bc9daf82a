using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Takes volumes back to checkpoints.</summary>
/// <remarks>What the volume holds now is lost, so it asks first; the checkpoint stays. While a container that has it runs, it is refused.</remarks>
/// <example>
/// <code>Restore-VirtVolume db before -Confirm:$false</code>
/// <para>Takes a volume back without a question.</para>
/// </example>
[Cmdlet(VerbsData.Restore, "VirtVolume", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(VirtVolume))]
public sealed class RestoreVirtVolumeCommand : VolumeOperandCommand
{
    /// <summary>Which.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    public string CheckpointName { get; set; } = "";

    /// <summary>Write the volume.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => CheckpointName = One(words);

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RestoreVirtVolume, new RestoreVirtVolume { Id = target.Id, Name = target.Name, CheckpointName = CheckpointName }, PassThru);
}
