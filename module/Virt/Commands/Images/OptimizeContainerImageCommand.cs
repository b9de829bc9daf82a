using System;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Removes images that nothing uses.</summary>
/// <remarks>Removes the images that no container was made from, the longest unused first, and what broken-off downloads have left. With -WhatIf it says which would go, and how much that would free, and removes nothing.</remarks>
/// <example>
/// <code>Optimize-ContainerImage -OlderThan 30d -WhatIf</code>
/// <para>Says which images were not used for 30 days.</para>
/// </example>
/// <example>
/// <code>Optimize-ContainerImage -Unnamed</code>
/// <para>Removes the images whose name has gone over to a newer one.</para>
/// </example>
[Cmdlet(VerbsCommon.Optimize, "ContainerImage", SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImageCleanup))]
public sealed class OptimizeContainerImageCommand : NewCommand
{
    /// <summary>Only images that were last used so long ago, such as 7d for a week, or 12h.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Duration]
    public TimeSpan OlderThan { get; set; }

    /// <summary>Stop once so many bytes are freed, such as 10GB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, long.MaxValue)]
    [ByteSize]
    public long FreeBytes { get; set; }

    /// <summary>Only images that have no name any more.</summary>
    [Parameter]
    public SwitchParameter Unnamed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (OlderThan < TimeSpan.Zero)
        {
            Refuse("InvalidOlderThan", $"Cannot remove unused images: {OlderThan} is in the future; an age is zero or more.", OlderThan, "Optimize-ContainerImage -OlderThan 30d");
        }

        var request = new OptimizeContainerImage { OlderThan = OlderThan, FreeBytes = FreeBytes, KeepNamed = Unnamed };
        ForEachHost(HostNames, host => Guard(host.ComputerName, () =>
        {
            if (IsWhatIf())
            {
                Emit(host.Invoke(Methods.OptimizeContainerImage, request, CheckOnly));
                return;
            }

            Change(host, new Target(Guid.Empty, "unused images", host.ComputerName), Methods.OptimizeContainerImage, request);
        }));
    }
}
