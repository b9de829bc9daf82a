using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Removes images of virtual machines.</summary>
/// <remarks>
/// Removes an image with its files. One that a virtual machine needs, because its disk stands on the image's or its kernel is started, is not removed; the error names the machines, and so does
/// the property UsedBy. Its booted states, from which New-VM -Warm starts machines, go with it; -WarmStatesOnly removes them alone. Images in folders that the agent was told of with --images are not its own, and stay; their booted states can be removed.
/// </remarks>
/// <example>
/// <code>Get-VMImage | Where-Object { -not $_.UsedBy -and $_.Source } | Remove-VMImage -WhatIf</code>
/// <para>Shows which of the images that were saved no virtual machine needs any more.</para>
/// </example>
/// <example>
/// <code>Remove-VMImage starter -WarmStatesOnly</code>
/// <para>Removes the booted states of an image, which take space, and leaves the image. The next New-VM -Warm makes one anew.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "VMImage", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveVMImageCommand : TargetCommand<VMImage>
{
    /// <summary>The names of images, such as debian/12; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMImageCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Images, as Get-VMImage gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VMImage))]
    public VMImage[] InputObject { get; set; } = [];

    /// <summary>Remove only the booted states of the image, which New-VM -Warm has made.</summary>
    [Parameter]
    public SwitchParameter WarmStatesOnly { get; set; }

    /// <summary>Go on as a job, over an operation that Get-VirtOperation shows in every session. Stop-Job cancels it on the host.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private protected override string[] TargetNames => Name;

    private protected override VMImage[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => [];

    private protected override Noun<VMImage> Noun => Nouns.VMImage;

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RemoveVMImage, new RemoveVMImage { Name = target.Name, WarmStatesOnly = WarmStatesOnly });
}
