using MessagePack;

namespace Virt.Protocol;

/// <summary>Patch runs.</summary>
[MessagePackObject]
public sealed partial record PatchRunList
{
    /// <summary>What was found.</summary>
    [Key(0)]
    public PatchRun[] Items { get; set; } = [];

    /// <summary>What was not.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
