using System;

namespace Virt.Agent.Patching;

/// <summary>What a target must know again after a restart of the agent; each kind uses its own part. Stored in the journal.</summary>
public sealed record TargetData
{
    /// <summary>Whether it ran when its patch began.</summary>
    public bool WasRunning { get; set; }

    /// <summary>Of a VM: the checkpoint's name.</summary>
    public string Checkpoint { get; set; } = "";

    /// <summary>Of a VM: the checkpoint's id; all zeros: not made.</summary>
    public Guid CheckpointId { get; set; }

    /// <summary>Of a VM: it was brought back to the checkpoint.</summary>
    public bool IsRestored { get; set; }

    /// <summary>When what it can be put back to was true.</summary>
    public DateTimeOffset? CheckpointTime { get; set; }

    /// <summary>Of a VM: the guest's boot id before the reboot; empty: no reboot was asked for.</summary>
    public string BootId { get; set; } = "";

    /// <summary>Of a container: its generation before the patch.</summary>
    public int Generation { get; set; }

    /// <summary>Of a container: its patched layer; empty: not made.</summary>
    public string Layer { get; set; } = "";

    /// <summary>Of a container: the new one has taken its place.</summary>
    public bool IsReplaced { get; set; }
}
