using MessagePack;

namespace Virt.Protocol;

/// <summary>What a new peer says of itself, with the code's secret.</summary>
[MessagePackObject]
public sealed partial record PeerIntroduction
{
    /// <summary>The secret half of the code.</summary>
    [Key(0)]
    public byte[] Secret { get; set; } = [];

    /// <summary>Its host's own name.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Where it listens for peers; empty: nowhere.</summary>
    [Key(2)]
    public string Address { get; set; } = "";
}
