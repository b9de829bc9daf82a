using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gives images further names.</summary>
/// <remarks>
/// Gives an image of the host a further name (docker tag). Both names stand for the same image, and no byte of it is copied; Get-ContainerImage shows it by each of them. A name without a registry is localhost/NAME, as that of every image that was made
/// here, unless it begins with docker.io/. A name that another image has is refused without -Force; with it, that image loses the name and stays. Containers keep the image that they were made from.
/// </remarks>
/// <example>
/// <code>
/// Add-ContainerImageName tools:1 localhost:5000/team/tools:1.0
/// Publish-ContainerImage localhost:5000/team/tools:1.0
/// </code>
/// <para>Names an image for a registry, and sends it there.</para>
/// </example>
/// <example>
/// <code>Add-ContainerImageName tools:1 -NewName tools:stable, tools:latest -Force -PassThru</code>
/// <para>Gives an image two further names, whatever image had them.</para>
/// </example>
[Cmdlet(VerbsCommon.Add, "ContainerImageName", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class AddContainerImageNameCommand : ContainerImageOperandCommand
{
    /// <summary>The further names, such as host:5000/team/app:1.2.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    [ArgumentCompleter(typeof(ContainerImageCompleter))]
    public string[] NewName { get; set; } = [];

    /// <summary>Also where another image has that name: that one loses it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Write the image by its new name.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => NewName = words;

    private protected override string? ForOne => nameof(NewName);

    private protected override void Act(HostCalls host, Target target) => Array.ForEach(NewName, name => Guard(target.Input, () =>
        Change(host, target, Methods.AddContainerImageName, new AddContainerImageName { Id = target.Id, Name = target.Name, NewName = name, Force = Force }, PassThru)));
}
