using MessagePack;

namespace Virt.Protocol;

/// <summary>The processors of machines.</summary>
[MessagePackObject]
public sealed partial record VMProcessorList
{
    /// <summary>By the machines' names.</summary>
    [Key(0)]
    public VMProcessor[] Items { get; set; } = [];

    /// <summary>One for each literal name or id that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
