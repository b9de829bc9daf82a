using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Adds network adapters to virtual machines, also while they run.</summary>
/// <remarks>
/// In a network that New-VirtNetwork has made the adapter gets an address that is kept for it, and the guest is told it by DHCP; the machine is found there by its name. While the machine
/// runs the adapter comes at once where a hot-plug port is free; a machine has one, and more from its next start on with Set-VM -HotplugPortCount. Virtio is the fastest; E1000 and Rtl8139
/// are what older systems know without a driver.
/// </remarks>
/// <example>
/// <code>Add-VMNetworkAdapter web02 lan -PassThru</code>
/// <para>Adds an adapter in a network.</para>
/// </example>
/// <example>
/// <code>Add-VMNetworkAdapter web02 -SwitchName isolated -Model E1000 -MacAddress 52:54:00:aa:bb:01</code>
/// <para>Adds one for an old system, with an address of its own choice.</para>
/// </example>
[Cmdlet(VerbsCommon.Add, "VMNetworkAdapter", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMNetworkAdapter))]
public sealed class AddVMNetworkAdapterCommand : VMPartChangeCommand
{
    /// <summary>The network: one that New-VirtNetwork has made, isolated (where it is left away), or user.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Network")]
    [ArgumentCompleter(typeof(VMNetworkNameCompleter))]
    public string? SwitchName { get; set; }

    /// <summary>What the guest sees it as: Virtio (where it is left away), E1000, E1000e or Rtl8139.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VMNetworkAdapterModel Model { get; set; }

    /// <summary>Its hardware address, such as 52:54:00:aa:bb:01, 52-54-00-AA-BB-01 or 525400AABB01; where it is left away, one is chosen that stays the same.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("StaticMacAddress")]
    public string? MacAddress { get; set; }

    /// <summary>Its address in the network; where it is left away, a free one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] IPAddress { get; set; } = [];

    /// <summary>Write the adapter.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.AddVMNetworkAdapter,
        new AddVMNetworkAdapter
        {
            VMId = target.Id,
            VMName = target.Name,
            SwitchName = IsWanted(nameof(SwitchName)) ? SwitchName : null,
            Model = IsWanted(nameof(Model)) ? Model : VMNetworkAdapterModel.Virtio,
            MacAddress = IsWanted(nameof(MacAddress)) ? MacAddress : null,
            IPAddresses = IsWanted(nameof(IPAddress)) ? IPAddress : [],
        },
        PassThru);
}
