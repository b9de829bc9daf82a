namespace Virt.Agent.State;

/// <summary>A name of a container image as it is stored.</summary>
public sealed record ImageNameRow
{
    /// <summary>The whole name: <c>docker.io/library/debian:12</c>. Case matters in a tag.</summary>
    public required string Name { get; init; }

    /// <summary>The image's id.</summary>
    public required string ImageId { get; init; }

    /// <summary>The digest of what the name stands for at its registry: an index's, or the manifest's.</summary>
    public required string Root { get; init; }
}
