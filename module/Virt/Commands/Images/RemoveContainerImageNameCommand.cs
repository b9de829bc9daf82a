using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Takes names from images of containers.</summary>
/// <remarks>Takes a name away and nothing else (podman untag): the image stays, also where that was its last name. It is then found by its digest, and Optimize-ContainerImage -Unnamed removes it. Remove-ContainerImage removes an image with its last name.</remarks>
/// <example>
/// <code>
/// Add-ContainerImageName tools:1 tools:old
/// Remove-ContainerImageName tools:old
/// </code>
/// <para>Takes a further name away again.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "ContainerImageName", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveContainerImageNameCommand : ContainerImageTargetCommand
{
    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RemoveContainerImageName, new RemoveContainerImageName { Id = target.Id, Name = target.Name });
}
