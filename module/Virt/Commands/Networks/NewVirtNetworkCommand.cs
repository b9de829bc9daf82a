using System.Collections;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Makes networks.</summary>
/// <remarks>
/// The members of a network find each other by name and by address. With the mode Bridge they reach the outside under the host's address, and from outside they
/// are reached by published ports alone. With Isolated they reach each other and nothing else. With Routed they reach the outside, and are reached, under their own
/// addresses; the neighbours of the host need a route to them. Members of different networks of a host do not reach each other but by published ports.
/// Everything is made by the agent in a bridge and an nftables table of its own (virt0, virt1 ...): it opens nothing that the host's firewall closes for what passes
/// through the host, and goes with the network. A host that forwards nothing begins to with its first network, for networks of Virt alone.
/// </remarks>
/// <example>
/// <code>
/// New-VirtNetwork shop
/// Start-Container -Image starter -Name front -Network shop -Publish 8080:80 -- sleep 600
/// </code>
/// <para>Makes a network with a free subnet, and in it a container that is reached at the host's port 8080.</para>
/// </example>
/// <example>
/// <code>New-VirtNetwork backend -Mode Isolated -Subnet 10.20.0.0/24, fd20::/64</code>
/// <para>Makes a network from which nothing goes out, with addresses of both families.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "VirtNetwork", SupportsShouldProcess = true)]
[OutputType(typeof(VirtNetwork))]
public sealed class NewVirtNetworkCommand : NewCommand
{
    /// <summary>The new network's name: 1 to 64 letters, digits, dots, dashes and underscores, unique on the host.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>What its members reach: Bridge, Isolated or Routed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [PSDefaultValue(Value = VirtNetworkMode.Bridge)]
    public VirtNetworkMode Mode { get; set; }

    /// <summary>One subnet of IPv4, one of IPv6, or both. Without it: a free one of IPv4. The first address is the host's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] Subnet { get; set; } = [];

    /// <summary>Choose a subnet of IPv6 too.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter IPv6 { get; set; }

    /// <summary>The longest packet, 1280 to 65535 bytes. Without it: 1500.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int? MtuBytes { get; set; }

    /// <summary>A link of the host, of which one VLAN becomes a part of the network: what is in it there, on other hosts too, is a neighbour here.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Uplink { get; set; }

    /// <summary>That VLAN, 1 to 4094.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int? VlanId { get; set; }

    /// <summary>Your own names and values on it, as @{ Name = 'value' } or 'Name=value'.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NameValues]
    public IDictionary? Labels { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Make(
        Methods.NewVirtNetwork,
        new NewVirtNetwork
        {
            Name = Name,
            Mode = Mode,
            Subnets = Subnet,
            IPv6 = IPv6,
            MtuBytes = MtuBytes is 0 ? null : MtuBytes,
            Uplink = Uplink ?? "",
            VlanId = VlanId is 0 ? null : VlanId,
            Labels = NameValuesAttribute.ToStrings(Labels),
        },
        Name);
}
