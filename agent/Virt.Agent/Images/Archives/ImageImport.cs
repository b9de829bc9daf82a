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
/// <param name="platform">What machine it is to be for.</param>
/// <param name="call">The call.</param>
internal sealed class ImageImport(ImageStore store, string path, ImageReference? given, OciPlatform platform, Call call)
{
    private const string RefName = "org.opencontainers.image.ref.name";
    private const string ContainerdName = "io.containerd.image.name";
    private const string IndexFile = "index.json";

    /// <summary>Takes them in.</summary>
    /// <returns>The images, with the name of each.</returns>
    /// <exception cref="VirtException">DataLoss: it is no such archive, or one that is damaged. NotSupported: it has no image for the platform. ResourceExhausted.</exception>
    public async Task<IReadOnlyList<(OciImage Image, ImageReference? Name)>> RunAsync()
    {
        await using var arrival = store.Begin(given?.Familiar ?? path);
        if (Directory.Exists(path))
        {
            using var folder = new FolderFiles(path, arrival);
            return await TakeAsync(folder, arrival).ConfigureAwait(false);
        }

        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var count = store.Limit.Begin($"archive '{path}'", path, Math.Max(file.Length, store.Limit.MaximumBytes / UnpackLimit.MaximumRatio));
            var inflated = LayerUnpacker.Inflate(file);
            await using var ending = ReferenceEquals(inflated, file) ? null : inflated;
            await using var ahead = new ReadAheadStream(inflated, bytes => count.Add(bytes));
            var files = await ArchiveFiles.ReadAsync(ahead, arrival, () => call.Report($"Importing '{path}'", "Reading the archive", (int)(file.Position * 90 / Math.Max(1, file.Length))), call.Cancellation).ConfigureAwait(false);
            return await TakeAsync(files, arrival).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damaged($"it is no archive of images, or a damaged one ({e.Message.TrimEnd('.')})", e);
        }
        catch (DllNotFoundException e)
        {
            throw new VirtException(ErrorCode.NotSupported, "ZstdMissing", $"Cannot import '{path}': it is compressed by zstd, and this host has no libzstd.", path, "apt-get install libzstd1", e);
        }
    }

    private async Task<IReadOnlyList<(OciImage Image, ImageReference? Name)>> TakeAsync(IImageFiles files, ImageArrival arrival)
    {
        // What newer dockers write is both; the layout says more.
        if (files.Has(IndexFile) && files.Has(OciLayout.FileName))
        {
            return await TakeLayoutAsync(files, arrival).ConfigureAwait(false);
        }

        return files.Has(DockerArchiveItem.FileName)
            ? await TakeDockerAsync(files, arrival).ConfigureAwait(false)
            : throw Damaged($"it has neither '{OciLayout.FileName}' and '{IndexFile}' nor '{DockerArchiveItem.FileName}'");
    }

    private async Task<IReadOnlyList<(OciImage Image, ImageReference? Name)>> TakeLayoutAsync(IImageFiles files, ImageArrival arrival)
    {
        var index = OciDocument.ReadIndex(await DocumentAsync(files, IndexFile).ConfigureAwait(false), path);
        var taken = new List<(OciImage, ImageReference?)>();
        foreach (var one in index.Manifests)
        {
            var name = NameOf(one, index.Manifests.Count);
            var (root, manifest) = await ManifestAsync(files, one).ConfigureAwait(false);
            foreach (var layer in manifest.Document.Layers.Append(manifest.Document.Config))
            {
                await BlobAsync(files, layer.Digest).ConfigureAwait(false);
            }

            taken.Add((await arrival.CommitAsync(name, root, manifest.Digest, call).ConfigureAwait(false), name));
        }

        return taken.Count > 0 ? taken : throw Damaged("it holds no image");
    }

    private async Task<(Digest Root, (Digest Digest, OciManifest Document) Manifest)> ManifestAsync(IImageFiles files, OciDescriptor descriptor)
    {
        var bytes = await BlobAsync(files, descriptor.Digest).ConfigureAwait(false);
        if (!MediaTypes.IsIndex(descriptor.MediaType.Length > 0 ? descriptor.MediaType : OciDocument.KindOf(bytes, path) ?? ""))
        {
            return (descriptor.Digest, (descriptor.Digest, OciDocument.ReadManifest(bytes, path)));
        }

        var all = OciDocument.ReadIndex(bytes, path).Manifests;
        var fitting = all.Where(one => one.Platform is { } found && found.Os == platform.Os && found.Architecture == platform.Architecture).ToList();
        var chosen = fitting.Find(one => platform.Variant is null || one.Platform!.Variant == platform.Variant) ?? (all.Count == 1 && all[0].Platform is null ? all[0] : null);
        if (chosen is null)
        {
            throw new VirtException(
                ErrorCode.NotSupported,
                "ImagePlatformMissing",
                $"Cannot import '{path}': it has no image for {platform}, but for {string.Join(", ", all.Select(static one => one.Platform).OfType<OciPlatform>().Where(static one => one.Os != "unknown").Select(static one => one.ToString()))}.",
                path,
                $"Import-ContainerImage -Path '{path}' -Platform {all.Select(static one => one.Platform).OfType<OciPlatform>().FirstOrDefault()}");
        }

        var manifest = await BlobAsync(files, chosen.Digest).ConfigureAwait(false);
        return (descriptor.Digest, (chosen.Digest, OciDocument.ReadManifest(manifest, path)));
    }

    private ImageReference? NameOf(OciDescriptor descriptor, int count)
    {
        if (given is not null)
        {
            return count == 1 ? given : throw new VirtException(ErrorCode.InvalidArgument, "SeveralImages", $"Cannot import '{path}' as '{given}': it holds {count} images, which have names of their own.", path, $"Import-ContainerImage -Path '{path}'");
        }

        var said = descriptor.Annotations?.GetValueOrDefault(ContainerdName) ?? descriptor.Annotations?.GetValueOrDefault(RefName);
        var file = Path.GetFileName(path.TrimEnd('/')).ToLowerInvariant();
        foreach (var end in new[] { ".gz", ".tgz", ".zst", ".tar", ".oci" })
        {
            file = file.EndsWith(end, StringComparison.Ordinal) ? file[..^end.Length] : file;
        }

        // A word alone is a tag: umoci and skopeo write it so.
        var text = said is null ? file : said.AsSpan().ContainsAny('/', ':') ? said : $"{file}:{said}";
        return ImageReference.TryParse(text, out var name) ? said is not null && said.AsSpan().ContainsAny('/', ':') ? name : ImageStore.LocalOf(name) : null;
    }

    private async Task<IReadOnlyList<(OciImage Image, ImageReference? Name)>> TakeDockerAsync(IImageFiles files, ImageArrival arrival)
    {
        var items = OciDocument.Read(await DocumentAsync(files, DockerArchiveItem.FileName).ConfigureAwait(false), OciJson.Default.ListDockerArchiveItem, DockerArchiveItem.FileName, path);
        if (given is not null && items.Count != 1)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "SeveralImages", $"Cannot import '{path}' as '{given}': it holds {items.Count} images, which have names of their own.", path, $"Import-ContainerImage -Path '{path}'");
        }

        var taken = new List<(OciImage, ImageReference?)>();
        foreach (var item in items)
        {
            var config = await StoreAsync(files, item.Config).ConfigureAwait(false);
            var layers = new List<OciDescriptor>();
            foreach (var layer in item.Layers)
            {
                var (digest, size) = await StoreAsync(files, layer).ConfigureAwait(false);
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

        return taken.Count > 0 ? taken : throw Damaged("it holds no image");
    }

    // An archive calls every layer a tar, whatever it is.
    private string KindOf(Digest layer)
    {
        using var stream = store.Blobs.OpenRead(layer);
        var first = stream.ReadByte();
        return first == 0x1F ? MediaTypes.LayerGzip : first == 0x28 ? MediaTypes.LayerZstd : MediaTypes.Layer;
    }

    private async Task<byte[]> DocumentAsync(IImageFiles files, string name) => store.Blobs.ReadDocument((await StoreAsync(files, name).ConfigureAwait(false)).Digest);

    private async Task<byte[]> BlobAsync(IImageFiles files, Digest digest)
    {
        if (!store.Blobs.Has(digest))
        {
            var (found, _) = await StoreAsync(files, $"blobs/sha256/{digest.Hex}").ConfigureAwait(false);
            if (found != digest)
            {
                throw Damaged($"its blob '{digest}' has the digest '{found}'");
            }
        }

        return store.Blobs.SizeOf(digest) <= OciDocument.Longest ? store.Blobs.ReadDocument(digest) : [];
    }

    private async Task<(Digest Digest, long Size)> StoreAsync(IImageFiles files, string name) =>
        await files.StoreAsync(name, call.Cancellation).ConfigureAwait(false) ?? throw Damaged($"it names '{name}', which it does not have");

    private VirtException Damaged(string cause, Exception? inner = null) =>
        new(ErrorCode.DataLoss, "ImageArchiveDamaged", $"Cannot import '{path}': {cause}.", path, "Write it again: Export-ContainerImage, skopeo copy, docker save.", inner);
}
