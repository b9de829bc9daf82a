using System;
using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on images of containers.</summary>
public abstract class ContainerImageTargetCommand : TargetCommand<ContainerImage>
{
    /// <summary>The names of images, such as debian:12, or their ids; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerImageCompleter))]
    public virtual string[] Name { get; set; } = [];

    /// <summary>Images, as Get-ContainerImage gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(ContainerImage))]
    public virtual ContainerImage[] InputObject { get; set; } = [];

    /// <summary>The ids of images.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Id)]
    public Guid[] Id { get; set; } = [];

    /// <summary>Go on as a job, over an operation that Get-VirtOperation shows in every session. Stop-Job cancels it on the host.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private protected override string[] TargetNames => Name;

    private protected override ContainerImage[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;

    private protected override Noun<ContainerImage> Noun => Nouns.ContainerImage;
}
