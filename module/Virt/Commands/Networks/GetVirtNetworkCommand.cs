using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets the networks of hosts.</summary>
/// <remarks>
/// A network is what containers and VMs of a host find each other in. The networks host (the host's own) and none (nothing but loopback) are built in.
/// UsedBy has the names of what belongs to a network, whether it runs or not.
/// </remarks>
/// <example>
/// <code>Get-VirtNetwork</code>
/// <para>Shows the networks of this host.</para>
/// </example>
/// <example>
/// <code>(Get-VirtNetwork lan).UsedBy</code>
/// <para>Shows what belongs to a network.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VirtNetwork", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VirtNetwork))]
public sealed class GetVirtNetworkCommand : NetworkTargetCommand
{
    /// <summary>The names of networks; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachFound(Emit);
}
