using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Removes peers.</summary>
/// <remarks>Ends the trust of this host's agent in another's. The other one still trusts this one until the same is done there.</remarks>
/// <example>
/// <code>Get-VirtPeer | Remove-VirtPeer -WhatIf</code>
/// <para>Shows which peers of this host would be removed.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "VirtPeer", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveVirtPeerCommand : PeerTargetCommand
{
    /// <summary>Go on as a job, over an operation that Get-VirtOperation shows in every session. Stop-Job cancels it on the host.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RemoveVirtPeer, new RemoveVirtPeer { Name = target.Name });
}
