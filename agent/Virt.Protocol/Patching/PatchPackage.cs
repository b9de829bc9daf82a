using MessagePack;

namespace Virt;

/// <summary>One package of a workload, and what is or was done with it.</summary>
[MessagePackObject]
public sealed partial record PatchPackage
{
    /// <summary>The package's name.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>Such as <c>amd64</c> or <c>all</c>.</summary>
    [Key(1)]
    public string Architecture { get; set; } = "";

    /// <summary>The version that is installed; empty where the package is new.</summary>
    [Key(2)]
    public string FromVersion { get; set; } = "";

    /// <summary>The version that it is brought to.</summary>
    [Key(3)]
    public string ToVersion { get; set; } = "";

    /// <summary>True where the update comes from a security archive.</summary>
    [Key(4)]
    public bool IsSecurity { get; set; }

    /// <summary>Where it comes from, as the package manager names it, such as <c>Debian-Security:12/stable-security</c>.</summary>
    [Key(5)]
    public string Origin { get; set; } = "";

    /// <summary>What has become of it.</summary>
    [Key(6)]
    public PackageState State { get; set; }

    /// <summary>Why, where that is not plain.</summary>
    [Key(7)]
    public string Message { get; set; } = "";

    /// <summary>Name and versions.</summary>
    public override string ToString() => FromVersion.Length == 0 ? $"{Name} {ToVersion}" : $"{Name} {FromVersion} -> {ToVersion}";
}
