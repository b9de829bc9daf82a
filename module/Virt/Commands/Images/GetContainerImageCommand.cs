using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Gets the images that containers can be made from.</summary>
/// <remarks>Gives the images of a host: all of them, or those of the names given. A name without wildcards that does not exist is an error. An image is found by its name (debian:12, host:5000/team/app:1.2, debian@sha256:…) and by the first digits of its digest. There is one object for each name.</remarks>
/// <example>
/// <code>Get-ContainerImage</code>
/// <para>Shows every image of this host.</para>
/// </example>
/// <example>
/// <code>(Get-ContainerImage starter).Command</code>
/// <para>Shows what a container of an image runs when it is not told otherwise.</para>
/// </example>
/// <example>
/// <code>(Get-ContainerImage tools:1).History</code>
/// <para>Shows the steps that made an image.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "ContainerImage")]
[OutputType(typeof(ContainerImage))]
public sealed class GetContainerImageCommand : VirtCommand
{
    /// <summary>The names of images; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerImageCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachHost(HostNames, host =>
    {
        var found = host.Invoke(Methods.GetContainerImage, new GetContainerImage { Names = Name });
        Array.ForEach(found.Items, Emit);
        Report(found.Errors);
    });
}
