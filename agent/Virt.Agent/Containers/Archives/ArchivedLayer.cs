namespace Virt.Agent.Containers.Archives;

/// <summary>A layer over a container's image in its archive, such as a patch has made.</summary>
public sealed record ArchivedLayer
{
    /// <summary>Its files.</summary>
    public required ArchivedBlob Files { get; init; }

    /// <summary>What is known of it.</summary>
    public required ContainerLayer Layer { get; init; }
}
