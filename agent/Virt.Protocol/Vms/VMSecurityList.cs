using MessagePack;

namespace Virt.Protocol;

/// <summary>What protects machines.</summary>
[MessagePackObject]
public sealed partial record VMSecurityList
{
    /// <summary>By the machines' names.</summary>
    [Key(0)]
    public VMSecurity[] Items { get; set; } = [];

    /// <summary>One for each literal name or id that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
