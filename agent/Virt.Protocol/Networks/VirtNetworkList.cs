using MessagePack;

namespace Virt.Protocol;

/// <summary>Networks.</summary>
[MessagePackObject]
public sealed partial record VirtNetworkList
{
    /// <summary>By name; those that are built in come first.</summary>
    [Key(0)]
    public VirtNetwork[] Items { get; set; } = [];

    /// <summary>One for each literal name or id that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
