using System;
using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on disk images.</summary>
public abstract class VHDTargetCommand : TargetCommand<VHD>
{
    /// <summary>Disk images: full paths on the host, with or without wildcards in the last part, VMs, whose first disk is meant, or their drives.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Paths]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VHDPathCompleter))]
    public virtual string[] Path { get; set; } = [];

    /// <summary>Disk images, as Get-VHD gives them. They are found again by their paths, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VHD))]
    public virtual VHD[] InputObject { get; set; } = [];

    private protected override string[] TargetNames => Path;

    private protected override VHD[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => [];

    private protected override Noun<VHD> Noun => Nouns.VHD;
}
