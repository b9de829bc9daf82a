using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Removes images of containers.</summary>
/// <remarks>Removes an image with all that nothing else needs of it. Where it has other names, only the one that was given goes. An image that containers were made from is not removed without -Force; the containers keep its layers then, and go on.</remarks>
/// <example>
/// <code>Remove-ContainerImage tools:1</code>
/// <para>Removes an image.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "ContainerImage", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveContainerImageCommand : ContainerImageTargetCommand
{
    /// <summary>Also where containers were made from it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RemoveContainerImage, new RemoveContainerImage { Id = target.Id, Name = target.Name, Force = Force });
}
