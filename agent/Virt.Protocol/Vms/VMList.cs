using MessagePack;

namespace Virt.Protocol;

/// <summary>Virtual machines.</summary>
[MessagePackObject]
public sealed partial record VMList
{
    /// <summary>By name.</summary>
    [Key(0)]
    public VM[] Items { get; set; } = [];

    /// <summary>One for each literal name or id that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
