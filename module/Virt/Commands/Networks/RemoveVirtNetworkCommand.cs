using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Removes networks.</summary>
/// <remarks>A network is removed with its bridge and its nftables table. While something belongs to it, whether that runs or not, it is refused, and the error says what.</remarks>
/// <example>
/// <code>Remove-VirtNetwork lan</code>
/// <para>Removes a network.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "VirtNetwork", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveVirtNetworkCommand : NetworkChangeCommand
{
    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Id = target.Id, Name = target.Name });
}
