namespace Virt.Agent.Registries;

/// <summary>A container that was made from an image.</summary>
/// <param name="Container">The container's name.</param>
/// <param name="Image">The image, as it was named then.</param>
/// <param name="ImageId">The id of the image that the name stood for then; empty: that is not known.</param>
public sealed record ImageUse(string Container, string Image, string ImageId);
