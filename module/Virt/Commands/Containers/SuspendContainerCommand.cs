using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Lets containers stand still.</summary>
/// <remarks>
/// Every process of the container stops where it is (the freezer of its control group) and keeps its memory; no process notices. Resume-Container lets it go on.
/// </remarks>
/// <example>
/// <code>Suspend-Container web; Resume-Container web</code>
/// <para>Lets a container stand still, and go on.</para>
/// </example>
/// <example>
/// <code>Get-Container web* | Suspend-Container -WhatIf</code>
/// <para>Shows which containers would stand still.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Suspend, "Container", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class SuspendContainerCommand : ContainerChangeCommand
{
    /// <summary>Write the container.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.SuspendContainer, new SuspendContainer { Id = target.Id, Name = target.Name }, PassThru);
}
