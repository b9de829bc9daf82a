using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Takes containers out of networks, also while they run.</summary>
/// <remarks>
/// The adapter goes, and its address in its network is free again; the container is not found there any more. Where its default route led over that adapter, it leads over the next one whose network leads out. The first adapter, eth0,
/// to which the published ports lead, goes into another network, or into none, with Set-Container -Network.
/// </remarks>
/// <example>
/// <code>
/// New-VirtNetwork dmz
/// Start-Container -Image starter -Name shop -Network lan, dmz -- httpd -f -p 80
/// Remove-ContainerNetworkAdapter shop eth1
/// Remove-VirtNetwork dmz -Confirm:$false
/// </code>
/// <para>Takes a container out of the second of its networks, which nobody is in then.</para>
/// </example>
/// <example>
/// <code>Get-ContainerNetworkAdapter | Where-Object Network -eq dmz | Remove-ContainerNetworkAdapter</code>
/// <para>Takes all containers out of a network that it is not the first of.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "ContainerNetworkAdapter", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveContainerNetworkAdapterCommand : ContainerNetworkAdapterTargetCommand
{
    /// <summary>Go on as a job, over an operation that Get-VirtOperation shows in every session. Stop-Job cancels it on the host.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private protected override void Act(HostCalls host, ContainerNetworkAdapter adapter) => Change(
        host,
        new Target(adapter.Id, $"{adapter.Name} of {adapter.ContainerName}, in network '{adapter.Network}'", adapter),
        Methods.RemoveContainerNetworkAdapter,
        new RemoveContainerNetworkAdapter { Id = adapter.Id, Name = adapter.Name, ContainerId = adapter.ContainerId, ContainerName = adapter.ContainerName },
        emit: false,
        follow: static (_, _) => null);
}
