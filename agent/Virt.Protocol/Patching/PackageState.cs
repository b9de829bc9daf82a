namespace Virt;

/// <summary>What has become of a package.</summary>
public enum PackageState
{
    /// <summary>An update is there and was not applied.</summary>
    Pending = 0,

    /// <summary>It was brought to the new version.</summary>
    Updated = 1,

    /// <summary>The package manager could not bring it to the new version.</summary>
    Failed = 2,

    /// <summary>It was brought to the new version, and is what it was before again.</summary>
    PutBack = 3,
}
