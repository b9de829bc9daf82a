namespace Virt.Agent.Images.Store;

/// <summary>A name that an image is to get.</summary>
/// <param name="Name">The name.</param>
/// <param name="Root">The digest of what it stands for at its registry: an index's, or the manifest's.</param>
/// <param name="Former">The key of the name whose place it takes; null: it is a further one.</param>
/// <param name="Moves">Also where another image has it.</param>
internal sealed record ImageNaming(ImageReference Name, string Root, string? Former, bool Moves);
