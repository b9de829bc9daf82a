using MessagePack;

namespace Virt.Protocol;

/// <summary>The memory of machines.</summary>
[MessagePackObject]
public sealed partial record VMMemoryList
{
    /// <summary>By the machines' names.</summary>
    [Key(0)]
    public VMMemory[] Items { get; set; } = [];

    /// <summary>One for each literal name or id that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
