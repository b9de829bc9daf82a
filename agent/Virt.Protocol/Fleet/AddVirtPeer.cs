using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes two agents peers: this one connects to the other, and each keeps the other's certificate.</summary>
[MessagePackObject]
public sealed partial record AddVirtPeer
{
    /// <summary>Where the other agent listens for peers: host or host:port.</summary>
    [Key(0)]
    public string Address { get; set; } = "";

    /// <summary>What New-VirtPeerCode gave there.</summary>
    [Key(1)]
    public string Code { get; set; } = "";
}
