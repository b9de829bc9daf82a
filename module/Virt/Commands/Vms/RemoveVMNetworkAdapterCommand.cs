using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Takes network adapters out of virtual machines, also while they run.</summary>
/// <remarks>
/// The guest is asked to let go of the adapter; its address in its network is free again. One that was there when the machine was started, such as nic0, can be taken out while the machine is off. The ports that a machine publishes
/// lead to nic0, and go with it. For another network it need not go: Set-VMNetworkAdapter -SwitchName.
/// </remarks>
/// <example>
/// <code>Add-VMNetworkAdapter web02 lan; Remove-VMNetworkAdapter web02 nic1</code>
/// <para>Adds an adapter, and takes it out again.</para>
/// </example>
/// <example>
/// <code>New-VM lone 128MB -NoVHD; Remove-VMNetworkAdapter lone nic0; Remove-VM lone -Confirm:$false</code>
/// <para>Takes the adapter out that a machine was made with.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "VMNetworkAdapter", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveVMNetworkAdapterCommand : VMNetworkAdapterChangeCommand
{
    /// <summary>How long a guest may take to let go of it, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSeconds { get; set; } = 30;

    private protected override void Act(HostCalls host, VMNetworkAdapter adapter) => Change(
        host,
        TargetOf(adapter),
        Methods.RemoveVMNetworkAdapter,
        new RemoveVMNetworkAdapter { Id = adapter.Id, Name = adapter.Name, VMId = adapter.VMId, VMName = adapter.VMName, Timeout = Seconds(TimeoutSeconds) },
        emit: false,
        follow: static (_, _) => null);
}
