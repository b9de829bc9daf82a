using System.Collections;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Changes networks.</summary>
/// <remarks>A network can be changed while it is used. Containers that run have the new packet length at once; the guests of VMs take it, and everything that runs its default route, at the next start.</remarks>
/// <example>
/// <code>Set-VirtNetwork lan -Mode Isolated -PassThru</code>
/// <para>Cuts a network off from the outside. It is refused where a member publishes ports.</para>
/// </example>
/// <example>
/// <code>Set-VirtNetwork lan -MtuBytes 1400</code>
/// <para>Shortens the packets, such as for a host whose own network is a tunnel.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "VirtNetwork", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VirtNetwork))]
public sealed class SetVirtNetworkCommand : NetworkChangeCommand
{
    /// <summary>What its members reach: Bridge, Isolated or Routed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VirtNetworkMode? Mode { get; set; }

    /// <summary>The longest packet, 1280 to 65535 bytes.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int? MtuBytes { get; set; }

    /// <summary>Your own names and values, in place of those that it has.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NameValues]
    public IDictionary? Labels { get; set; }

    /// <summary>Write the network.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.SetVirtNetwork,
        new SetVirtNetwork { Id = target.Id, Name = target.Name, Mode = Mode, MtuBytes = MtuBytes is 0 ? null : MtuBytes, Labels = Labels is null ? null : NameValuesAttribute.ToStrings(Labels) },
        PassThru);
}
