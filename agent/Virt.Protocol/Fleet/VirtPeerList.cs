using MessagePack;

namespace Virt.Protocol;

/// <summary>Peers.</summary>
[MessagePackObject]
public sealed partial record VirtPeerList
{
    /// <summary>By name.</summary>
    [Key(0)]
    public VirtPeer[] Items { get; set; } = [];

    /// <summary>One for each literal name that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
