using System;

namespace Virt.Agent.Patching;

/// <summary>What a run was asked to do. Stored as JSON.</summary>
public sealed record PatchRunSpec
{
    /// <summary>The plan that is applied; empty where an earlier patch is taken back.</summary>
    public PatchPlan Plan { get; set; } = new();

    /// <summary>How.</summary>
    public PatchOptions Options { get; set; } = new();

    /// <summary>After this no further workload is begun.</summary>
    public DateTimeOffset? BeginUntil { get; set; }

    /// <summary>True where it takes back earlier patches.</summary>
    public bool IsUndo { get; set; }

    /// <summary>Workloads that were asked for and not found.</summary>
    public Protocol.ErrorInfo[] Errors { get; set; } = [];
}
