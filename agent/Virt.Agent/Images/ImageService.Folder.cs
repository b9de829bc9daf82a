using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Build;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Images;

/// <content>Images that are folders of files, where layers are wanted: one is packed for that, and goes after it.</content>
public sealed partial class ImageService
{
    /// <summary>Does something with a folder of files as an image of one layer.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="call">The call.</param>
    /// <param name="work">Takes that image; it is one as long as this lasts.</param>
    /// <exception cref="VirtException">NotFound; DataLoss: its image.json cannot be read.</exception>
    public async Task<T> PackedAsync<T>(string name, Call call, Func<OciImage, Task<T>> work)
    {
        var folder = catalog.FindContainer(name);
        var seed = new OciRunConfig { Cmd = [.. folder.Manifest.Command], Env = [.. folder.Manifest.Environment.Select(static pair => $"{pair.Key}={pair.Value}")] };
        try
        {
            await using var arrival = store.Begin(folder.Name);
            var id = await new ImageBuild(store, new NewContainerImage { Name = folder.Name }, time, call)
                .WriteAsync(arrival, folder.Name, null, seed, [new LayerSource(folder.PathOf(folder.Manifest.Rootfs), IsArchive: false, WithTop: true)], $"the image '{folder.Name}'").ConfigureAwait(false);
            return await work(new OciImage(id, store.SpecOf(folder.Name, id), [], time.GetUtcNow(), time.GetUtcNow())).ConfigureAwait(false);
        }
        finally
        {
            Sweep();
        }
    }

    // As Get-ContainerImage has it: a folder comes before an image of its name.
    private string? FolderOf(Guid id, string name) =>
        id == Guid.Empty ? (catalog.HasContainer(name) ? name : null) : catalog.ContainerNames.FirstOrDefault(one => ContainerImageView.Of(catalog.FindContainer(one)).Id == id);

    private static ImageReference? LocalNameOf(string name) =>
        ImageReference.TryParse(name, out var plain) && ImageReference.TryParse(plain.Tag is null && plain.Digest is null ? name + ":latest" : name, out var tagged) ? ImageStore.LocalOf(tagged) : null;
}
