using MessagePack;

namespace Virt.Protocol;

/// <summary>What waits for the workloads that were asked for, and what went wrong for the others.</summary>
[MessagePackObject]
public sealed partial record PatchStatusList
{
    /// <summary>What was found.</summary>
    [Key(0)]
    public PatchStatus[] Items { get; set; } = [];

    /// <summary>What was not.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
