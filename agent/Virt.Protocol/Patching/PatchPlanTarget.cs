using System;
using MessagePack;

namespace Virt;

/// <summary>What a plan does with one workload.</summary>
[MessagePackObject]
public sealed partial record PatchPlanTarget
{
    /// <summary>What it is.</summary>
    [Key(0)]
    public WorkloadKind Kind { get; set; }

    /// <summary>Its id.</summary>
    [Key(1)]
    public Guid Id { get; set; }

    /// <summary>Its name.</summary>
    [Key(2)]
    public string Name { get; set; } = "";

    /// <summary>The image that it was made from; empty where none.</summary>
    [Key(3)]
    public string Image { get; set; } = "";

    /// <summary>Of a container: the digest of its image and the layers over it, as <c>sha256:…</c>.</summary>
    [Key(4)]
    public string ImageDigest { get; set; } = "";

    /// <summary>Such as <c>apt</c>.</summary>
    [Key(5)]
    public string PackageManager { get; set; } = "";

    /// <summary>What is installed, with exact versions.</summary>
    [Key(6)]
    public PatchPackage[] Packages { get; set; } = [];

    /// <summary>What stands in the way, and warnings.</summary>
    [Key(7)]
    public PlanProblem[] Problems { get; set; } = [];

    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}
