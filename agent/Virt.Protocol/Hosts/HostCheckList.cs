using MessagePack;

namespace Virt.Protocol;

/// <summary>The checks of a host.</summary>
[MessagePackObject]
public sealed partial record HostCheckList
{
    /// <summary>In the order they were made.</summary>
    [Key(0)]
    public HostCheck[] Items { get; set; } = [];
}
