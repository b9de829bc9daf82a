using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Removes containers.</summary>
/// <remarks>Removes containers with all that they have written inside and their logs. As that loses data, it asks first.</remarks>
/// <example>
/// <code>Remove-Container web -Confirm:$false</code>
/// <para>Removes a stopped container without a question.</para>
/// </example>
/// <example>
/// <code>Get-Container web* | Remove-Container -Force</code>
/// <para>Kills and removes the containers whose names begin with web, without a question.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "Container", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveContainerCommand : ContainerChangeCommand
{
    /// <summary>Kill it first where it runs, and do not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool IsForced => Force;

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RemoveContainer, new RemoveContainer { Id = target.Id, Name = target.Name, Force = Force });
}
