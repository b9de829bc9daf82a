using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for peers by name or pattern.</summary>
[MessagePackObject]
public sealed partial record GetVirtPeer
{
    /// <summary>Names or patterns; all where empty.</summary>
    [Key(0)]
    public string[] Names { get; set; } = [];
}
