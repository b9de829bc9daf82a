using System;

namespace Virt;

/// <summary>What patch runs have done with one workload, summed up for who has to answer for it.</summary>
public sealed class PatchReport
{
    /// <summary>The workload's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it is.</summary>
    public WorkloadKind Kind { get; set; }

    /// <summary>Its id.</summary>
    public Guid Id { get; set; }

    /// <summary>When its packages were last updated and kept; null: not in the time that the report is about.</summary>
    public DateTimeOffset? LastPatchTime { get; set; }

    /// <summary>When it was last worked on.</summary>
    public DateTimeOffset LastRunTime { get; set; }

    /// <summary>How that ended.</summary>
    public PatchOutcome LastOutcome { get; set; }

    /// <summary>Why, where that is not plain.</summary>
    public string LastMessage { get; set; } = "";

    /// <summary>How often it was worked on.</summary>
    public int RunCount { get; set; }

    /// <summary>How many of those runs failed or were put back.</summary>
    public int FailedRunCount { get; set; }

    /// <summary>How many packages were updated and kept.</summary>
    public int UpdatedCount { get; set; }

    /// <summary>How many of them came from a security archive.</summary>
    public int SecurityCount { get; set; }

    /// <summary>What was updated, newest first, and what still waits as far as the last run saw it.</summary>
    public PatchReportPackage[] Packages { get; set; } = [];

    /// <summary>The longest time, in days, that an update waited after a run had first seen it; null where no run saw one wait.</summary>
    public double? DaysExposed { get; set; }

    /// <summary>True where a reboot was still needed after the last run.</summary>
    public bool RebootRequired { get; set; }

    /// <summary>The host it was read from, as the caller named it.</summary>
    public string ComputerName { get; set; } = "";

    /// <summary>Name and outcome.</summary>
    public override string ToString() => $"{Name}: {LastOutcome}";
}
