using MessagePack;

namespace Virt.Protocol;

/// <summary>A plan, and what went wrong for workloads that are not in it.</summary>
[MessagePackObject]
public sealed partial record PatchPlanList
{
    /// <summary>The plan.</summary>
    [Key(0)]
    public PatchPlan Plan { get; set; } = new();

    /// <summary>Workloads that were not found.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
