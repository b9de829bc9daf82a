using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Images.Oci;

namespace Virt.Agent.Images.Store;

public sealed partial class ImageStore
{
    /// <summary>The layers that lie under a container of an image, the uppermost first: each once, and none below one that hides all below it.</summary>
    public IReadOnlyList<Digest> LowersOf(OciImage image)
    {
        var lowers = new List<Digest>();
        foreach (var key in image.Spec.Layers.Reverse().Select(static layer => layer.Unpacked!))
        {
            // overlayfs takes no folder twice, and the lower one of two that are the same shows nothing.
            if (!lowers.Contains(key))
            {
                lowers.Add(key);
            }

            if (Layers.Find(key) is { HidesAllBelow: true })
            {
                break;
            }
        }

        return lowers;
    }

    /// <summary>Writes that an image was used.</summary>
    public void Use(Digest image)
    {
        lock (gate)
        {
            if (images.TryGetValue(image, out var found))
            {
                images[image] = found with { Used = time.GetUtcNow() };
                table.Use(image.ToString(), images[image].Used);
            }
        }
    }

    /// <summary>Takes a name away; its image stays.</summary>
    public void RemoveName(string name)
    {
        lock (gate)
        {
            table.DeleteName(name);
            Read();
        }
    }

    /// <summary>Removes an image with its names. What it consists of goes with the next <see cref="Sweep"/>.</summary>
    public void Remove(Digest image)
    {
        lock (gate)
        {
            var removed = images.GetValueOrDefault(image);
            table.Delete(image.ToString());
            Read();
            if (removed is not null)
            {
                Tell(removed, VirtEventAction.Removed, removed.Title);
            }
        }
    }

    /// <summary>Removes the blobs and layers that no image, no container and nobody who is at work needs.</summary>
    /// <param name="usedLayers">The layers that containers stand on.</param>
    /// <returns>How many bytes that has freed.</returns>
    public long Sweep(IReadOnlySet<Digest> usedLayers)
    {
        HashSet<Digest> blobs, layers;
        lock (gate)
        {
            blobs = [.. images.Values.SelectMany(static image => image.Blobs)];
            layers = [.. LayersOf(images.Values), .. usedLayers];
        }

        return Blobs.Sweep(blobs) + Layers.Sweep(layers);
    }

    /// <summary>How many bytes the removal of some images would free.</summary>
    public long BytesOf(IReadOnlyCollection<OciImage> removed, IReadOnlySet<Digest> usedLayers)
    {
        var kept = All().ExceptBy(removed.Select(static image => image.Id), static image => image.Id).ToList();
        HashSet<Digest> blobs = [.. kept.SelectMany(static image => image.Blobs)];
        HashSet<Digest> layers = [.. LayersOf(kept), .. usedLayers];
        return removed.SelectMany(static image => image.Blobs).Distinct().Where(digest => !blobs.Contains(digest) && Blobs.Has(digest)).Sum(Blobs.SizeOf)
            + LayersOf(removed).Distinct().Where(key => !layers.Contains(key)).Sum(key => Layers.Find(key)?.Bytes ?? 0);
    }

    private static IEnumerable<Digest> LayersOf(IEnumerable<OciImage> some) => some.SelectMany(static image => image.Spec.Layers).Select(static layer => layer.Unpacked).OfType<Digest>();
}
