using System;
using MessagePack;

namespace Virt;

/// <summary>How a patch run goes about it.</summary>
[MessagePackObject]
public sealed partial record PatchOptions
{
    /// <summary>How many workloads are worked on at once: a number, or a share such as <c>25%</c>.</summary>
    [Key(0)]
    public string BatchSize { get; set; } = "1";

    /// <summary>After more failures than this no further workload is begun.</summary>
    [Key(1)]
    public int MaxFailed { get; set; }

    /// <summary>How it is asked whether a workload works afterwards.</summary>
    [Key(2)]
    public HealthCheck Health { get; set; } = new();

    /// <summary>What is done with a workload whose patch failed.</summary>
    [Key(3)]
    public PatchFailureAction OnFailure { get; set; }

    /// <summary>When a guest is rebooted.</summary>
    [Key(4)]
    public RebootPolicy RebootPolicy { get; set; }

    /// <summary>Keep what a workload can be put back to, for Undo-Patch.</summary>
    [Key(5)]
    public bool KeepCheckpoint { get; set; }

    /// <summary>How long the package manager may take for one workload.</summary>
    [Key(6)]
    public TimeSpan ApplyTimeout { get; set; } = TimeSpan.FromMinutes(30);
}
