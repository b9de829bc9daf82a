using MessagePack;

namespace Virt.Protocol;

/// <summary>Images of containers.</summary>
[MessagePackObject]
public sealed partial record ContainerImageList
{
    /// <summary>The images.</summary>
    [Key(0)]
    public ContainerImage[] Items { get; set; } = [];

    /// <summary>One for each literal name that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
