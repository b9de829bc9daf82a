using System.Linq;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Changes network adapters of virtual machines: their network also while they run.</summary>
/// <remarks>
/// With -SwitchName an adapter goes into another network, nic0 too. Its hardware address stays, and so do the ports that the machine publishes; its address is one of the new network, which others there find by the machine's
/// name. Between networks that New-VirtNetwork has made it goes while the machine runs: the guest sees its link go down and come up again, at which systems ask for their address anew (systemd-networkd and NetworkManager do;
/// one that only ran a DHCP client once asks when that is run again). Into or out of isolated and user the machine must be off, and so it must for -Model and -MacAddress.
/// </remarks>
/// <example>
/// <code>Add-VMNetworkAdapter web02 isolated; Set-VMNetworkAdapter web02 nic1 -SwitchName lan -PassThru</code>
/// <para>Takes an adapter into another network.</para>
/// </example>
/// <example>
/// <code>Set-VMNetworkAdapter web02 nic0 -Model E1000 -PassThru</code>
/// <para>Gives a system without a virtio driver an adapter that it knows.</para>
/// </example>
/// <example>
/// <code>Get-VMNetworkAdapter web02 nic0 | Set-VMNetworkAdapter -MacAddress 52-54-00-AA-BB-02</code>
/// <para>Gives an adapter the hardware address that a licence is bound to.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "VMNetworkAdapter", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMNetworkAdapter))]
public sealed class SetVMNetworkAdapterCommand : VMNetworkAdapterChangeCommand
{
    /// <summary>What the guest sees it as: Virtio, E1000, E1000e or Rtl8139.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VMNetworkAdapterModel Model { get; set; }

    /// <summary>The network that it goes into: one that New-VirtNetwork has made, isolated, or user.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Network")]
    [ArgumentCompleter(typeof(VMNetworkNameCompleter))]
    public string? SwitchName { get; set; }

    /// <summary>Its address in that network; where it is left away, a free one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] IPAddress { get; set; } = [];

    /// <summary>Its hardware address, such as 52:54:00:aa:bb:01, 52-54-00-AA-BB-01 or 525400AABB01; of one adapter alone.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("StaticMacAddress")]
    public string? MacAddress { get; set; }

    /// <summary>Write the adapter.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override VirtException? RefusalOf(VMNetworkAdapter[] adapters) => adapters.Length < 2 || !IsWanted(nameof(MacAddress)) ? null : new VirtException(
        ErrorCode.InvalidArgument,
        "MacAddressOfSeveral",
        $"Cannot change network adapters: {string.Join(", ", adapters.Select(static adapter => $"'{adapter.Name}' of '{adapter.VMName}'"))} would all have the hardware address '{MacAddress}', which is one adapter's.",
        MacAddress ?? "",
        $"Set-VMNetworkAdapter {adapters[0].VMName} {adapters[0].Name} -MacAddress {MacAddress}");

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
            SwitchName = IsWanted(nameof(SwitchName)) ? SwitchName : null,
            IPAddresses = IsWanted(nameof(IPAddress)) ? IPAddress : [],
        },
        PassThru);
}
