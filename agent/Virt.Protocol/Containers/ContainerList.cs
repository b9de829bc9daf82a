using MessagePack;

namespace Virt.Protocol;

/// <summary>Containers.</summary>
[MessagePackObject]
public sealed partial record ContainerList
{
    /// <summary>By name.</summary>
    [Key(0)]
    public Container[] Items { get; set; } = [];

    /// <summary>One for each literal name or id that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
