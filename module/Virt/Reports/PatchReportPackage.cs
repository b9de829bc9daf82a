using System;

namespace Virt;

/// <summary>One update of one workload in a report.</summary>
public sealed class PatchReportPackage
{
    /// <summary>The package's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The version before; empty where the package was new.</summary>
    public string FromVersion { get; set; } = "";

    /// <summary>The version that it was, or is to be, brought to.</summary>
    public string ToVersion { get; set; } = "";

    /// <summary>True where the update comes from a security archive.</summary>
    public bool IsSecurity { get; set; }

    /// <summary>What has become of it.</summary>
    public PackageState State { get; set; }

    /// <summary>When a run first saw the update.</summary>
    public DateTimeOffset FirstSeenTime { get; set; }

    /// <summary>When it was installed and kept; null: not yet.</summary>
    public DateTimeOffset? UpdateTime { get; set; }

    /// <summary>Name and versions.</summary>
    public override string ToString() => FromVersion.Length == 0 ? $"{Name} {ToVersion}" : $"{Name} {FromVersion} -> {ToVersion}";
}
