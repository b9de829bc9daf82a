using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Gets the images that virtual machines can be made from.</summary>
/// <remarks>Gives the images of a host: all of them, or those of the names given. A name without wildcards that does not exist is an error.
/// Format-List shows what else is known of each: the size of its disk, where it has come from and with which checksum, when, and which virtual machines need it.</remarks>
/// <example>
/// <code>Get-VMImage</code>
/// <para>Shows every image of this host.</para>
/// </example>
/// <example>
/// <code>Get-VMImage | Where-Object GuestAgent</code>
/// <para>Shows the images with a guest agent inside.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMImage")]
[OutputType(typeof(VMImage))]
public sealed class GetVMImageCommand : VirtCommand
{
    /// <summary>The names of images; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMImageCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachHost(HostNames, host =>
    {
        var found = host.Invoke(Methods.GetVMImage, new GetVMImage { Names = Name });
        Array.ForEach(found.Items, Emit);
        Report(found.Errors);
    });
}
