using System;

namespace Virt.Agent.Registries.VmImages;

/// <summary>Where an image is, once that is known.</summary>
/// <param name="Uri">Its disk.</param>
/// <param name="Checksum">What that must come to.</param>
/// <param name="Size">Its size; 0: not known before it comes.</param>
/// <param name="Description">For people.</param>
internal sealed record VmImageSource(Uri Uri, ImageChecksum Checksum, long Size, string Description);
