using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets the volumes of hosts.</summary>
/// <remarks>A volume is a folder that the host keeps for its containers (-Volume data:/data), with checkpoints. UsedBy has the names of the containers that have it.</remarks>
/// <example>
/// <code>Get-VirtVolume</code>
/// <para>Shows the volumes of this host.</para>
/// </example>
/// <example>
/// <code>(Get-VirtVolume db).Checkpoints</code>
/// <para>Shows what a volume can be taken back to, and whether that shares its blocks with the volume or is a copy.</para>
/// </example>
/// <example>
/// <code>Get-VirtVolume -IncludeSize | Sort-Object SizeBytes -Descending | Select-Object Name, SizeBytes, UsedBy</code>
/// <para>Shows how much each volume holds, the largest first.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VirtVolume", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VirtVolume))]
public sealed class GetVirtVolumeCommand : VolumeTargetCommand
{
    /// <summary>The names of volumes; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VolumeNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <summary>Say how many bytes the files of each have (SizeBytes), without its checkpoints; that takes as long as looking at all of them.</summary>
    [Parameter]
    public SwitchParameter IncludeSize { get; set; }

    private protected override Noun<VirtVolume> Noun => IncludeSize ? Nouns.VolumeWithSize : Nouns.Volume;

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachFound(Emit);
}
