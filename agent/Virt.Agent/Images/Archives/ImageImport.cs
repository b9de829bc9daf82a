using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Images.Archives;

/// <summary>Takes images in from what others have written: OCI image specification, image-layout.md; docker-archive as <c>docker save</c>, skopeo and podman write it.</summary>
/// <param name="store">Where they go.</param>
/// <param name="path">The archive or folder.</param>
/// <param name="given">What the image is to be called; null: as it says.</param>
/// <param name="wanted">What machine it is to be for; null: this one where there are several, else whatever the only one is for.</param>
/// <param name="call">The call.</param>
internal sealed class ImageImport(ImageStore store, string path, ImageReference? given, OciPlatform? wanted, Call call)
{
    private const string RefName = "org.opencontainers.image.ref.name";
    private const string ContainerdName = "io.containerd.image.name";
    private const string IndexFile = OciLayout.IndexFile;

    private readonly ArchiveInput input = new(store, path, ArchiveWords.Images, call);

    private OciPlatform Sought => wanted ?? OciPlatform.Host;

    /// <summary>Takes them in.</summary>
    /// <returns>The images, with the name of each.</returns>
    /// <exception cref="VirtException">DataLoss: it is no such archive, or one that is damaged. NotSupported: it has no image for the platform. ResourceExhausted.</exception>
    public Task<IReadOnlyList<(OciImage Image, ImageReference? Name)>> RunAsync() => input.ReadAsync(given?.Familiar ?? path, TakeAsync);

    private async Task<IReadOnlyList<(OciImage Image, ImageReference? Name)>> TakeAsync(IImageFiles files, ImageArrival arrival)
    {
        // What newer dockers write is both; the layout says more.
        if (files.Has(IndexFile) && files.Has(OciLayout.FileName))
        {
            return await TakeLayoutAsync(files, arrival).ConfigureAwait(false);
        }

        return files.Has(DockerArchiveItem.FileName)
            ? await TakeDockerAsync(files, arrival).ConfigureAwait(false)
            : throw input.Damaged($"it has neither '{OciLayout.FileName}' and '{IndexFile}' nor '{DockerArchiveItem.FileName}'");
    }

    private async Task<IReadOnlyList<(OciImage Image, ImageReference? Name)>> TakeLayoutAsync(IImageFiles files, ImageArrival arrival)
    {
        var index = OciDocument.ReadIndex(await input.DocumentAsync(files, IndexFile).ConfigureAwait(false), path);
        var taken = new List<(OciImage, ImageReference?)>();
        foreach (var one in index.Manifests)
        {
            var name = NameOf(one, index.Manifests.Count);
            var (root, manifest) = await ManifestAsync(files, one).ConfigureAwait(false);
            foreach (var layer in manifest.Document.Layers.Append(manifest.Document.Config))
            {
                await input.BlobAsync(files, layer.Digest).ConfigureAwait(false);
            }

            Require(manifest.Document.Config.Digest);
            taken.Add((await arrival.CommitAsync(name, root, manifest.Digest, call).ConfigureAwait(false), name));
        }

        return taken.Count > 0 ? taken : throw input.Damaged("it holds no image");
    }

    private async Task<(Digest Root, (Digest Digest, OciManifest Document) Manifest)> ManifestAsync(IImageFiles files, OciDescriptor descriptor)
    {
        var bytes = await input.BlobAsync(files, descriptor.Digest).ConfigureAwait(false);
        if (!MediaTypes.IsIndex(descriptor.MediaType.Length > 0 ? descriptor.MediaType : OciDocument.KindOf(bytes, path) ?? ""))
        {
            return (descriptor.Digest, (descriptor.Digest, OciDocument.ReadManifest(bytes, path)));
        }

        var all = OciDocument.ReadIndex(bytes, path).Manifests;
        var fitting = all.Where(one => one.Platform is { } found && found.Os == Sought.Os && found.Architecture == Sought.Architecture).ToList();
        var chosen = fitting.Find(one => Sought.Variant is null || one.Platform!.Variant == Sought.Variant) ?? (all.Count == 1 && all[0].Platform is null ? all[0] : null);
        if (chosen is null)
        {
            throw Missing([.. all.Select(static one => one.Platform).OfType<OciPlatform>().Where(static one => one.Os != "unknown")]);
        }

        var manifest = await input.BlobAsync(files, chosen.Digest).ConfigureAwait(false);
        return (descriptor.Digest, (chosen.Digest, OciDocument.ReadManifest(manifest, path)));
    }

    // One that stands alone says in its config for which it is; one that does not say may be for any.
    private void Require(Digest config)
    {
        if (wanted is null)
        {
            return;
        }

        var document = OciDocument.ReadConfig(store.Blobs.ReadDocument(config), path);
        var found = new OciPlatform { Os = document.Os, Architecture = document.Architecture, Variant = document.Variant };
        if (found.Architecture.Length > 0 && (found.Os != wanted.Os || found.Architecture != wanted.Architecture || (wanted.Variant is not null && found.Variant is not null && found.Variant != wanted.Variant)))
        {
            throw Missing([found]);
        }
    }

    private VirtException Missing(IReadOnlyList<OciPlatform> found) => new(
        ErrorCode.NotSupported,
        "ImagePlatformMissing",
        $"Cannot import '{path}': it has no image for {Sought}{(found.Count == 0 ? "" : $", but for {string.Join(", ", found.Select(static one => one.ToString()))}")}.",
        path,
        $"Import-ContainerImage -Path '{path}'{(found.Count == 0 ? "" : $" -Platform {found[0]}")}");

    private ImageReference? NameOf(OciDescriptor descriptor, int count)
    {
        if (given is not null)
        {
            return count == 1 ? given : throw new VirtException(ErrorCode.InvalidArgument, "SeveralImages", $"Cannot import '{path}' as '{given}': it holds {count} images, which have names of their own.", path, $"Import-ContainerImage -Path '{path}'");
        }

        var said = descriptor.Annotations?.GetValueOrDefault(ContainerdName) ?? descriptor.Annotations?.GetValueOrDefault(RefName);
        var file = Path.GetFileName(path.TrimEnd('/')).ToLowerInvariant();
        foreach (var end in new[] { ".gz", ".tgz", ".zst", ".tzst", ".tar", ".oci" })
        {
            file = file.EndsWith(end, StringComparison.Ordinal) ? file[..^end.Length] : file;
        }

        // A word alone is a tag: umoci and skopeo write it so.
        var text = said is null ? file : said.AsSpan().ContainsAny('/', ':') ? said : $"{file}:{said}";
        return ImageReference.TryParse(text, out var name) ? said is not null && said.AsSpan().ContainsAny('/', ':') ? name : ImageStore.LocalOf(name) : null;
    }

    private async Task<IReadOnlyList<(OciImage Image, ImageReference? Name)>> TakeDockerAsync(IImageFiles files, ImageArrival arrival)
    {
        var items = OciDocument.Read(await input.DocumentAsync(files, DockerArchiveItem.FileName).ConfigureAwait(false), OciJson.Default.ListDockerArchiveItem, DockerArchiveItem.FileName, path);
        if (given is not null && items.Count != 1)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "SeveralImages", $"Cannot import '{path}' as '{given}': it holds {items.Count} images, which have names of their own.", path, $"Import-ContainerImage -Path '{path}'");
        }

        var taken = new List<(OciImage, ImageReference?)>();
        foreach (var item in items)
        {
            var config = await input.StoreAsync(files, item.Config).ConfigureAwait(false);
            Require(config.Digest);
            var layers = new List<OciDescriptor>();
            foreach (var layer in item.Layers)
            {
                var (digest, size) = await input.StoreAsync(files, layer).ConfigureAwait(false);
                layers.Add(new OciDescriptor { MediaType = KindOf(digest), Digest = digest, Size = size });
            }

            var manifest = OciDocument.Write(new OciManifest
            {
                SchemaVersion = 2,
                MediaType = MediaTypes.Manifest,
                Config = new OciDescriptor { MediaType = MediaTypes.Config, Digest = config.Digest, Size = config.Size },
                Layers = layers,
            });
            var id = await arrival.AddAsync(manifest, call.Cancellation).ConfigureAwait(false);
            IEnumerable<ImageReference?> names = given is not null ? [given] : (item.RepoTags ?? []).Select(text => ImageReference.Parse(text, "import"));
            foreach (var name in names.DefaultIfEmpty())
            {
                taken.Add((await arrival.CommitAsync(name, id, id, call).ConfigureAwait(false), name));
            }
        }

        return taken.Count > 0 ? taken : throw input.Damaged("it holds no image");
    }

    // An archive calls every layer a tar, whatever it is.
    private string KindOf(Digest layer)
    {
        using var stream = store.Blobs.OpenRead(layer);
        var first = stream.ReadByte();
        return first == 0x1F ? MediaTypes.LayerGzip : first == 0x28 ? MediaTypes.LayerZstd : MediaTypes.Layer;
    }
}
