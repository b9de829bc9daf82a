using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Renames images of containers.</summary>
/// <remarks>
/// Gives an image another name in the place of the one that was given, in one step; its further names stay. A name without a registry is localhost/NAME, unless it begins with docker.io/. A name that another image has is refused without
/// -Force; with it, that image loses the name and stays. Containers keep the image that they were made from.
/// </remarks>
/// <example>
/// <code>Rename-ContainerImage tools:1 tools:old; Rename-ContainerImage tools:old tools:1</code>
/// <para>Gives an image another name, and its own again.</para>
/// </example>
[Cmdlet(VerbsCommon.Rename, "ContainerImage", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class RenameContainerImageCommand : ContainerImageOperandCommand
{
    /// <summary>Its new name, such as host:5000/team/app:1.2.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    [ArgumentCompleter(typeof(ContainerImageCompleter))]
    public string NewName { get; set; } = "";

    /// <summary>Also where another image has that name: that one loses it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Write the image.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => NewName = One(words);

    private protected override string? ForOne => nameof(NewName);

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RenameContainerImage, new RenameContainerImage { Id = target.Id, Name = target.Name, NewName = NewName, Force = Force }, PassThru);
}
