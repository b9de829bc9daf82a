using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Lets suspended containers go on.</summary>
/// <remarks>
/// Ends what Suspend-Container began: every process goes on where it stood.
/// </remarks>
/// <example>
/// <code>Suspend-Container web; Resume-Container web -PassThru</code>
/// <para>Lets a container go on, and shows it.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Resume, "Container", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class ResumeContainerCommand : ContainerChangeCommand
{
    /// <summary>Write the container.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.ResumeContainer, new ResumeContainer { Id = target.Id, Name = target.Name }, PassThru);
}
