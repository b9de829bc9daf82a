using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets the peers of hosts.</summary>
/// <remarks>A peer is another host whose agent this host's agent trusts, and that trusts it: VMs can move between the two.</remarks>
/// <example>
/// <code>Get-VirtPeer</code>
/// <para>Shows the peers of this host.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VirtPeer", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VirtPeer))]
public sealed class GetVirtPeerCommand : PeerTargetCommand
{
    /// <summary>The names of peers; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PeerNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachFound(Emit);
}
