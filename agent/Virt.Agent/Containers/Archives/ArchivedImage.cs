using Virt.Agent.Images.Oci;

namespace Virt.Agent.Containers.Archives;

/// <summary>The image of a container in its archive.</summary>
public sealed record ArchivedImage
{
    /// <summary>Its whole name; empty where it had none.</summary>
    public string Name { get; set; } = "";

    /// <summary>What the name stands for: an index's digest, or the manifest's.</summary>
    public required Digest Root { get; init; }

    /// <summary>The manifest's digest.</summary>
    public required Digest Manifest { get; init; }
}
