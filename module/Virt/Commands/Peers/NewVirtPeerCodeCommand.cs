using System;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Makes one-time codes with which other hosts become peers.</summary>
/// <remarks>
/// The code is given to Add-VirtPeer on the other host. It proves each agent to the other, is good once, and only for a short time. Who can reach both hosts
/// from one session needs no code: Add-VirtPeer -DestinationHost makes and uses one.
/// </remarks>
/// <example>
/// <code>New-VirtPeerCode -Lifetime 5m -ComputerName hostb</code>
/// <para>Makes a code on hostb that is good for five minutes. Its agent must have been started with --peer-listen.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "VirtPeerCode", SupportsShouldProcess = true)]
[OutputType(typeof(VirtPeerCode))]
public sealed class NewVirtPeerCodeCommand : NewCommand
{
    /// <summary>How long it is good, such as 5m or 00:05:00: a minute to a day.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Duration]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    protected override void ProcessRecord() => Make(Methods.NewVirtPeerCode, new NewVirtPeerCode { Lifetime = Lifetime }, "peer code");
}
