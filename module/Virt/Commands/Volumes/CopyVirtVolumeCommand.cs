using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Copies volumes.</summary>
/// <remarks>Makes a volume of what another one holds, or held at a checkpoint. Where the file system can (btrfs, xfs), the two share their blocks until either is written.</remarks>
/// <example>
/// <code>Copy-VirtVolume db db-test</code>
/// <para>Makes a copy of a volume.</para>
/// </example>
/// <example>
/// <code>Copy-VirtVolume db db-before -CheckpointName before</code>
/// <para>Makes a volume of what another one held at a checkpoint.</para>
/// </example>
[Cmdlet(VerbsCommon.Copy, "VirtVolume", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VirtVolume))]
public sealed class CopyVirtVolumeCommand : VolumeOperandCommand
{
    /// <summary>The new volume's name.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    public string NewName { get; set; } = "";

    /// <summary>What the volume held then. Without it: what it holds now.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? CheckpointName { get; set; }

    private protected override void TakeFirst(string[] words) => NewName = One(words);

    private protected override string? ForOne => nameof(NewName);

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.CopyVirtVolume, new CopyVirtVolume { Id = target.Id, Name = target.Name, NewName = NewName, CheckpointName = CheckpointName ?? "" });
}
