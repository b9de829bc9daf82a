using MessagePack;

namespace Virt.Protocol;

/// <summary>Images of virtual machines.</summary>
[MessagePackObject]
public sealed partial record VMImageList
{
    /// <summary>The images.</summary>
    [Key(0)]
    public VMImage[] Items { get; set; } = [];

    /// <summary>One for each literal name that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
