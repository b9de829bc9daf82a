namespace Virt.Agent.Images.Archives;

/// <summary>How errors speak of an archive.</summary>
/// <param name="ErrorId">The error's id where it is damaged.</param>
/// <param name="Noun">What it should be.</param>
/// <param name="Action">How to get a better one.</param>
internal sealed record ArchiveWords(string ErrorId, string Noun, string Action)
{
    /// <summary>One of images.</summary>
    public static ArchiveWords Images { get; } = new("ImageArchiveDamaged", "archive of images", "Write it again: Export-ContainerImage, skopeo copy, docker save.");

    /// <summary>One of a container.</summary>
    public static ArchiveWords Container { get; } = new("ContainerArchiveDamaged", "archive of a container", "Write it again: Export-Container.");
}
