using System;
using MessagePack;

namespace Virt;

/// <summary>What a patch run will do, to be looked at, kept as JSON, and applied exactly.</summary>
[MessagePackObject]
public sealed partial record PatchPlan
{
    /// <summary>Its id.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>The host that made it.</summary>
    [Key(1)]
    public string HostName { get; set; } = "";

    /// <summary>When.</summary>
    [Key(2)]
    public DateTimeOffset CreationTime { get; set; }

    /// <summary>What it does with each workload.</summary>
    [Key(3)]
    public PatchPlanTarget[] Targets { get; set; } = [];

    /// <summary>Which packages were asked for.</summary>
    [Key(4)]
    public PatchFilter Filter { get; set; } = new();

    /// <summary><c>sha256:…</c> over everything in it but the hash: a plan that was altered is refused.</summary>
    [Key(5)]
    public string Hash { get; set; } = "";

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";
}
