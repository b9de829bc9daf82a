using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that change images of containers by something that stands after their names, or alone where they come from the pipeline.</summary>
public abstract class ContainerImageOperandCommand : ContainerImageTargetCommand
{
    /// <summary>The names of images, such as debian:12, or their ids; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ParameterSets.Piped)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerImageCompleter))]
    public override string[] Name { get; set; } = [];

    /// <summary>Images, as Get-ContainerImage gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Piped)]
    [Kind(typeof(ContainerImage))]
    public override ContainerImage[] InputObject { get; set; } = [];
}
