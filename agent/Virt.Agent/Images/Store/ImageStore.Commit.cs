using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images.Oci;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Images.Store;

public sealed partial class ImageStore
{
    /// <summary>What an image whose manifest and config are here consists of.</summary>
    /// <param name="title">What it is called in errors.</param>
    /// <param name="manifest">The manifest's digest.</param>
    /// <exception cref="VirtException">DataLoss: a document is missing or contradicts another. NotSupported: it is no image that a container can be made from.</exception>
    internal OciImageSpec SpecOf(string title, Digest manifest)
    {
        var bytes = Blobs.ReadDocument(manifest);
        var document = OciDocument.ReadManifest(bytes, title);
        var kind = document.MediaType is { Length: > 0 } said ? said : MediaTypes.Manifest;
        if (!MediaTypes.IsManifest(kind) || !MediaTypes.IsConfig(document.Config.MediaType))
        {
            throw new VirtException(
                ErrorCode.NotSupported,
                "NotAContainerImage",
                $"Cannot use image '{title}': it is an artifact of the kind '{document.ArtifactType ?? document.Config.MediaType}', and no image that containers are made from.",
                title);
        }

        var config = OciDocument.ReadConfig(Blobs.ReadDocument(document.Config.Digest), title);
        if (config.RootFs.DiffIds.Count != document.Layers.Count || document.Layers.Count == 0)
        {
            throw new VirtException(
                ErrorCode.DataLoss,
                "ImageDocumentDamaged",
                $"Cannot read image '{title}': its manifest has {document.Layers.Count} layers and its config {config.RootFs.DiffIds.Count}; as many are required, and one at least.",
                title,
                "Get it again, or from elsewhere.");
        }

        if (document.Layers.FirstOrDefault(static layer => !MediaTypes.IsLayer(layer.MediaType)) is { } other)
        {
            throw new VirtException(ErrorCode.NotSupported, "LayerKindUnknown", $"Cannot use image '{title}': its layer '{other.Digest}' is of the kind '{other.MediaType}', which is no archive of files that this version knows.", title);
        }

        return new OciImageSpec
        {
            MediaType = kind,
            ManifestSize = bytes.Length,
            Config = document.Config,
            Layers = [.. document.Layers.Zip(config.RootFs.DiffIds, static (layer, diffId) => new OciLayerSpec { Blob = layer.Digest, MediaType = layer.MediaType, Size = layer.Size, DiffId = diffId })],
            Platform = new OciPlatform { Architecture = config.Architecture, Os = config.Os, Variant = config.Variant },
            Created = config.Created,
        };
    }

    /// <summary>Brings layers to the disk beside everything else.</summary>
    internal void SyncSoon(IReadOnlyList<Digest> keys)
    {
        lock (gate)
        {
            syncing = Task.WhenAll(syncing, Layers.SyncAsync(keys));
        }
    }

    /// <summary>Unpacks again what is missing of an image's layers, as after a power cut.</summary>
    /// <exception cref="VirtException">DataLoss: its blobs are gone or damaged. ResourceExhausted: the disk is full.</exception>
    public async Task<IReadOnlyList<Digest>> EnsureUnpackedAsync(OciImage image, CancellationToken cancellation)
    {
        if (image.Spec.Layers.All(layer => layer.Unpacked is { } key && Layers.Find(key) is not null))
        {
            return [.. image.Spec.Layers.Select(static layer => layer.Unpacked!)];
        }

        await using var unpacking = BeginUnpacking(image.Title);
        await unpacking.CompleteAsync(image.Spec.Layers, cancellation).ConfigureAwait(false);
        var keys = await unpacking.NameAsync(image.Spec.Layers).ConfigureAwait(false);
        SyncSoon(keys);
        return keys;
    }

    /// <summary>The blobs of an image that are not here.</summary>
    internal IReadOnlyList<Digest> MissingBlobs(OciImageSpec spec) => [.. spec.Layers.Select(static layer => layer.Blob).Append(spec.Config.Digest).Where(digest => !Blobs.Has(digest)).Distinct()];

    /// <summary>Writes that an image is here, and what its name stands for: from now on it is found.</summary>
    internal OciImage Record(Digest manifest, OciImageSpec spec, ImageReference? name, Digest root)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var row = new ImageRow { Id = manifest.ToString(), Spec = JsonSerializer.Serialize(spec, StoreJson.Default.OciImageSpec), Added = now, Used = now };
            table.Save(row, name is null ? null : new ImageNameRow { Name = KeyOf(name), ImageId = row.Id, Root = root.ToString() });
            Read();
            var image = images[manifest];
            Tell(image, VirtEventAction.Created, name?.Familiar ?? image.Title);
            return image;
        }
    }

    private void Tell(OciImage image, VirtEventAction action, string name, string? message = null) => events?.Publish(VirtEventKind.Image, action, name, ContainerImageView.IdOf(image), message ?? image.Id.ToString());
}
