using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gets the processes of containers.</summary>
/// <remarks>Ids and users are those that the processes have in the container; HostProcessId is the one by which the host knows it.</remarks>
/// <example>
/// <code>Get-ContainerProcess web</code>
/// <para>Shows what runs in a container.</para>
/// </example>
/// <example>
/// <code>Get-Container web | Get-ContainerProcess | Where-Object MemoryBytes -gt 100MB</code>
/// <para>Shows the processes that use much memory.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "ContainerProcess", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(ContainerProcess))]
public sealed class GetContainerProcessCommand : ContainerTargetCommand
{
    private protected override void Act(HostCalls host, Target target) =>
        Array.ForEach(host.Invoke(Methods.GetContainerProcess, new GetContainerProcess { Id = target.Id, Name = target.Name }).Items, Emit);
}
