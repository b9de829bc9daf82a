using MessagePack;

namespace Virt.Protocol;

/// <summary>Ends the trust in a peer, on this side.</summary>
[MessagePackObject]
public sealed partial record RemoveVirtPeer
{
    /// <summary>Which one.</summary>
    [Key(0)]
    public string Name { get; set; } = "";
}
