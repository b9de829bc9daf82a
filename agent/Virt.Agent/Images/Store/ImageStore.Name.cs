using System.Linq;
using Virt.Agent.Images.Oci;
using Virt.Agent.State;

namespace Virt.Agent.Images.Store;

public sealed partial class ImageStore
{
    /// <summary>The other image that has a name which may not be taken from it; null: none stands in the way.</summary>
    internal OciImage? FindOther(Digest image, ImageNaming naming)
    {
        lock (gate)
        {
            return naming.Moves ? null : images.Values.FirstOrDefault(other => other.Id != image && other.Names.Any(row => row.Name == KeyOf(naming.Name)));
        }
    }

    /// <summary>Gives an image a name, and takes the one away whose place that takes: both or neither.</summary>
    /// <param name="image">The image.</param>
    /// <param name="naming">The name.</param>
    /// <param name="named">The image as it is now; where the name is taken, the one that has it; null: it is gone.</param>
    internal ImageNamingResult Name(Digest image, ImageNaming naming, out OciImage? named)
    {
        lock (gate)
        {
            if (!images.TryGetValue(image, out named) || (naming.Former is not null && named.Names.All(row => row.Name != naming.Former)))
            {
                return ImageNamingResult.Gone;
            }

            if (FindOther(image, naming) is { } other)
            {
                named = other;
                return ImageNamingResult.Taken;
            }

            var key = KeyOf(naming.Name);
            var former = naming.Former == key ? null : naming.Former;
            table.SaveName(new ImageNameRow { Name = key, ImageId = image.ToString(), Root = naming.Root }, former);
            Read();
            named = images[image];
            Tell(named, former is null ? VirtEventAction.Created : VirtEventAction.Renamed, naming.Name.Familiar, former is null ? null : $"It was '{ImageReference.Parse(former).Familiar}'.");
            return ImageNamingResult.Named;
        }
    }
}
