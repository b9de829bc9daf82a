using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Changes network adapters of virtual machines that are off.</summary>
/// <remarks>
/// Changes what the guest sees an adapter as, and its hardware address. For another network: Add-VMNetworkAdapter, then Remove-VMNetworkAdapter.
/// </remarks>
/// <example>
/// <code>Set-VMNetworkAdapter web02 nic0 -Model E1000 -PassThru</code>
/// <para>Gives a system without a virtio driver an adapter that it knows.</para>
/// </example>
/// <example>
/// <code>Get-VMNetworkAdapter web02 | Set-VMNetworkAdapter -MacAddress 52:54:00:aa:bb:02</code>
/// <para>Gives an adapter the hardware address that a licence is bound to.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "VMNetworkAdapter", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMNetworkAdapter))]
public sealed class SetVMNetworkAdapterCommand : VMNetworkAdapterChangeCommand
{
    /// <summary>What the guest sees it as: Virtio, E1000, E1000e or Rtl8139.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VMNetworkAdapterModel Model { get; set; }

    /// <summary>Its hardware address, such as 52:54:00:aa:bb:01.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("StaticMacAddress")]
    public string? MacAddress { get; set; }

    /// <summary>Write the adapter.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, VMNetworkAdapter adapter) => Change(
        host,
        TargetOf(adapter),
        Methods.SetVMNetworkAdapter,
        new SetVMNetworkAdapter
        {
            Id = adapter.Id,
            Name = adapter.Name,
            VMId = adapter.VMId,
            VMName = adapter.VMName,
            Model = IsWanted(nameof(Model)) ? Model : null,
            MacAddress = IsWanted(nameof(MacAddress)) ? MacAddress : null,
        },
        PassThru);
}
