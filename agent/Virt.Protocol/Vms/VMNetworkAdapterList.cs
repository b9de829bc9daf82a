using MessagePack;

namespace Virt.Protocol;

/// <summary>Network adapters.</summary>
[MessagePackObject]
public sealed partial record VMNetworkAdapterList
{
    /// <summary>By machine, each machine's in their order.</summary>
    [Key(0)]
    public VMNetworkAdapter[] Items { get; set; } = [];

    /// <summary>One for each literal name or id that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
