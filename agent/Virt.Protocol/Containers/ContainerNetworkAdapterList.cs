using MessagePack;

namespace Virt.Protocol;

/// <summary>Network adapters of containers.</summary>
[MessagePackObject]
public sealed partial record ContainerNetworkAdapterList
{
    /// <summary>By container, each container's in their order.</summary>
    [Key(0)]
    public ContainerNetworkAdapter[] Items { get; set; } = [];

    /// <summary>One for each literal name or id that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
