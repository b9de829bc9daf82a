using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>The layers of images in the store that containers stand on, and must stay.</summary>
    public IReadOnlySet<Digest> UsedImageLayers() =>
        entries.Values.Concat(throwAways.Values).SelectMany(static entry => entry.Spec.ImageLayers).Distinct(StringComparer.Ordinal).Select(Digest.Parse).ToHashSet();

    /// <summary>The names of the containers that were made from an image.</summary>
    /// <param name="image">Its manifest's digest.</param>
    public IReadOnlyList<string> NamesOf(Digest image) => [.. entries.Values.Where(entry => entry.Spec.ImageDigest == image.ToString()).Select(static entry => entry.Name).Order(StringComparer.Ordinal)];

    /// <summary>Every container with its image: as that was named when the container was made, and its digest; empty for a folder of files.</summary>
    public IReadOnlyList<(string Container, string Image, string Digest)> ImageUses() => [.. entries.Values.Select(static entry => (entry.Name, entry.Spec.Image, entry.Spec.ImageDigest))];

    private string ImageLayerRoot(string key) => Store.Layers.RootOf(Digest.Parse(key));

    private ImageStore Store => images ?? throw new InvalidOperationException("This agent has no image store.");

    // A power cut can have taken layers that were not on the disk yet; the image has what they are made of.
    private async Task EnsureImageLayersAsync(string name, ContainerSpec spec, string verb = "start")
    {
        if (spec.ImageLayers.All(key => Store.Layers.Find(Digest.Parse(key)) is not null))
        {
            return;
        }

        if (Store.Find(spec.ImageDigest) is { } image)
        {
            await Store.EnsureUnpackedAsync(image, default).ConfigureAwait(false);
        }

        if (!spec.ImageLayers.All(key => Store.Layers.Find(Digest.Parse(key)) is not null))
        {
            throw new VirtException(
                ErrorCode.DataLoss, "ImageLayersLost", $"Cannot {verb} container '{name}': layers of its image '{spec.Image}' are gone, and with them what it stands on.", name, $"Save-ContainerImage '{spec.Image}'");
        }
    }
}
