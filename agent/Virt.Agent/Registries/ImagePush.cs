using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <summary>Sends one image: the parts that the registry has not, several at once, then the manifest, so that nobody there sees half an image.</summary>
internal sealed class ImagePush
{
    private const int PartsAtOnce = 4;

    private readonly ImageStore store;
    private readonly TimeProvider time;
    private readonly RegistryTask task;
    private readonly RegistryClient client;
    private readonly OciImage image;
    private readonly Call call;
    private long sent;

    /// <param name="http">The connections.</param>
    /// <param name="store">Where the image is.</param>
    /// <param name="image">The image.</param>
    /// <param name="task">What it is to be called at the registry.</param>
    /// <param name="call">The call.</param>
    public ImagePush(RegistryHttp http, ImageStore store, OciImage image, RegistryTask task, Call call)
    {
        this.store = store;
        this.image = image;
        this.task = task;
        this.call = call;
        time = http.Time;
        client = new RegistryClient(http, RegistryAddress.Of(task.Image.Registry, http.Options), task);
    }

    /// <summary>Sends it. May be repeated: what has arrived is not sent again.</summary>
    /// <exception cref="VirtException">What registries fail with; DataLoss: a part of it is not here.</exception>
    public async Task<ContainerImagePublication> RunAsync()
    {
        var bytes = store.Blobs.ReadDocument(image.Id);
        var manifest = OciDocument.ReadManifest(bytes, image.Title);
        var parts = manifest.Layers.Where(static layer => !MediaTypes.IsForeign(layer.MediaType)).Append(manifest.Config).DistinctBy(static part => part.Digest).ToList();
        if (parts.Find(part => !store.Blobs.Has(part.Digest)) is { } missing)
        {
            throw RegistryErrors.Make(task, ErrorCode.DataLoss, "ImageIncomplete", $"its part '{missing.Digest}' is not on this host", $"Save-ContainerImage {image.Title}");
        }

        // Asks whether it may at all; a WhatIf ends here.
        call.Report($"Publishing image '{task.Image}'", "asking what is there");
        var isThere = await client.HasBlobAsync(manifest.Config.Digest.ToString(), call.Cancellation).ConfigureAwait(false);
        if (!call.WhatIf)
        {
            var progress = new TransferProgress(call, $"Publishing image '{task.Image}'", parts, time);
            await Parallel.ForEachAsync(
                parts,
                new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = call.Cancellation },
                async (part, cancellation) => await SendAsync(part, isThere && part.Digest == manifest.Config.Digest, progress, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
            await client.PutManifestAsync(task.Image.Identifier, image.Spec.MediaType, bytes, call.Cancellation).ConfigureAwait(false);
        }

        return new ContainerImagePublication
        {
            Name = image.Title,
            Destination = task.Image.Familiar,
            Digest = image.Id.ToString(),
            SizeBytes = parts.Sum(static part => part.Size),
            SentBytes = sent,
        };
    }

    private async Task SendAsync(OciDescriptor part, bool isThere, TransferProgress progress, CancellationToken cancellation)
    {
        if (!isThere && !await client.HasBlobAsync(part.Digest.ToString(), cancellation).ConfigureAwait(false))
        {
            progress.At(part, 0);
            var source = new UploadSource(part.Digest.ToString(), part.Size, () => store.Blobs.OpenRead(part.Digest), bytes => progress.At(part, bytes));
            if (!await client.PutBlobAsync(source, NeighbourOf(part), cancellation).ConfigureAwait(false))
            {
                Interlocked.Add(ref sent, part.Size);
            }
        }

        progress.End(part);
    }

    // Another repository of the registry that had the part when an image of this host came from there, or was sent there.
    private string? NeighbourOf(OciDescriptor part) => store.All()
        .Where(other => other.Spec.Config.Digest == part.Digest || other.Spec.Layers.Any(layer => layer.Blob == part.Digest))
        .SelectMany(static other => other.Names)
        .Select(static name => ImageReference.TryParse(name.Name, out var reference) ? reference : null)
        .FirstOrDefault(reference => reference is not null && reference.Registry == task.Image.Registry && reference.Repository != task.Image.Repository)?.Repository;
}
