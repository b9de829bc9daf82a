using MessagePack;

namespace Virt.Protocol;

/// <summary>Between agents: what becomes of a disk of a machine that is offered.</summary>
[MessagePackObject]
public sealed partial record MoveDiskOffer
{
    /// <summary>Where it shall be.</summary>
    [Key(0)]
    public string Path { get; set; } = "";

    /// <summary>Names the stream that it comes by; empty: it is used where it is.</summary>
    [Key(1)]
    public byte[] Token { get; set; } = [];
}
