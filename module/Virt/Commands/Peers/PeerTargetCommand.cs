using System;
using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on peers.</summary>
public abstract class PeerTargetCommand : TargetCommand<VirtPeer>
{
    /// <summary>The names of peers; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PeerNameCompleter))]
    public virtual string[] Name { get; set; } = [];

    /// <summary>Peers, as Get-VirtPeer gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VirtPeer))]
    public VirtPeer[] InputObject { get; set; } = [];

    private protected override string[] TargetNames => Name;

    private protected override VirtPeer[] TargetObjects => InputObject;

    // A peer has no id but its certificate; its name finds it.
    private protected override Guid[] TargetIds => [];

    private protected override Noun<VirtPeer> Noun => Nouns.Peer;
}
