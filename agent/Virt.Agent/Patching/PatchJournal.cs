using System;

namespace Virt.Agent.Patching;

/// <summary>How far the patch of one workload has come: written before each step and after it, so that a restarted agent can go on. Stored as JSON.</summary>
public sealed record PatchJournal
{
    /// <summary>What the plan does with it.</summary>
    public PatchPlanTarget Target { get; set; } = new();

    /// <summary>What is reported of it; its steps are part of it.</summary>
    public PatchResult Result { get; set; } = new();

    /// <summary>The next step, or the one that is under way; null: none is left.</summary>
    public PatchStepKind? Step { get; set; } = PatchStepKind.Preflight;

    /// <summary>True while <see cref="Step"/> has begun and not ended.</summary>
    public bool HasBegun { get; set; }

    /// <summary>True where its outcome is settled.</summary>
    public bool IsEnded { get; set; }

    /// <summary>True where it failed, and what follows only puts it back or leaves it.</summary>
    public bool IsFailing { get; set; }

    /// <summary>True where an earlier patch is taken back: its only step is PutBack.</summary>
    public bool IsUndo { get; set; }

    /// <summary>The run whose patch is taken back.</summary>
    public Guid UndoneRunId { get; set; }

    /// <summary>When the lists of packages were last fetched for it.</summary>
    public DateTimeOffset? RefreshTime { get; set; }

    /// <summary>What the target itself must know again.</summary>
    public TargetData Data { get; set; } = new();
}
