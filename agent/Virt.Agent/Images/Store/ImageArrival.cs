using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Oci;
using Virt.Protocol;

namespace Virt.Agent.Images.Store;

/// <summary>
/// An image on its way into the store. Whoever brings it asks <see cref="Has"/> or <see cref="BeginWriteAsync"/> for each blob (the index where there is one, the manifest, the config, the
/// layers) and then commits once: before that nobody sees the image, after that it is whole. Blobs that were asked for are kept from being swept until the arrival is disposed.
/// Any number of blobs may be written at once.
/// </summary>
public sealed class ImageArrival : IAsyncDisposable
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(200);

    private readonly ImageStore store;
    private readonly string title;
    private readonly Unpacking unpacking;
    private readonly Lock gate = new();
    private readonly Dictionary<Digest, IDisposable> holds = [];

    internal ImageArrival(ImageStore store, string title)
    {
        this.store = store;
        this.title = title;
        unpacking = store.BeginUnpacking(title);
    }

    /// <summary>True where a blob is here and need not be fetched.</summary>
    public bool Has(Digest digest)
    {
        Hold(digest);
        return store.Blobs.Has(digest);
    }

    /// <summary>Begins to write a blob: <see cref="BlobStore.BeginWriteAsync"/>.</summary>
    /// <returns>The writer, to be disposed; null where the blob is here.</returns>
    public Task<BlobWriter?> BeginWriteAsync(OciDescriptor descriptor, CancellationToken cancellation)
    {
        Hold(descriptor.Digest);
        return store.Blobs.BeginWriteAsync(descriptor, cancellation);
    }

    /// <summary>Stores a document, such as a manifest that came with the answer to a question.</summary>
    /// <param name="document">Its bytes.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Its digest.</returns>
    /// <exception cref="System.IO.IOException">The disk is full, or fails.</exception>
    public async Task<Digest> AddAsync(byte[] document, CancellationToken cancellation)
    {
        var digest = Digest.Of(document);
        if (!Has(digest))
        {
            await store.Blobs.AddAsync(document, cancellation).ConfigureAwait(false);
        }

        return digest;
    }

    /// <summary>Stores content whose digest is not known yet.</summary>
    /// <param name="content">Read to its end; the caller's.</param>
    /// <param name="cancellation">Ends it; nothing is stored then.</param>
    /// <returns>The digest and the length.</returns>
    /// <exception cref="System.IO.IOException">The disk is full, or fails.</exception>
    public Task<(Digest Digest, long Size)> AddAsync(System.IO.Stream content, CancellationToken cancellation) => store.Blobs.AddAsync(content, cancellation, Hold);

    /// <summary>Begins to unpack a layer whose blob is here, while others are still fetched. Whoever does not ask for it has it done by the commit.</summary>
    /// <param name="blob">The layer's blob.</param>
    /// <param name="diffId">What its archive hashes to, as the image's config names it.</param>
    public void BeginUnpack(Digest blob, Digest diffId)
    {
        if (Has(blob) && store.Layers.Find([diffId]) is null)
        {
            unpacking.Begin(blob, diffId);
        }
    }

    /// <summary>Unpacks the layers and makes the image known: from now on it is found by its name, and containers can be made from it. May be repeated.</summary>
    /// <param name="name">Its name, which another image may have had; null: none.</param>
    /// <param name="root">The digest of what the name stands for where it came from: an index's, or the manifest's. Its blob must be here.</param>
    /// <param name="manifest">The manifest's digest; it, its config and its layers must be here.</param>
    /// <param name="call">The call.</param>
    /// <returns>The image.</returns>
    /// <exception cref="VirtException">DataLoss: a blob is missing or damaged. NotSupported: it is no image of containers.</exception>
    public async Task<OciImage> CommitAsync(ImageReference? name, Digest root, Digest manifest, Call call)
    {
        if (!Has(root) || !Has(manifest))
        {
            throw Incomplete(1);
        }

        var spec = store.SpecOf(title, manifest);
        Hold(spec.Config.Digest);
        foreach (var layer in spec.Layers)
        {
            Hold(layer.Blob);
        }

        if (store.MissingBlobs(spec) is { Count: > 0 } missing)
        {
            throw Incomplete(missing.Count);
        }

        await FaultPoint.ReachAsync(ImageFaults.BlobsStored, call.Cancellation).ConfigureAwait(false);
        await UnpackAsync(spec, call).ConfigureAwait(false);
        await FaultPoint.ReachAsync(ImageFaults.LayersUnpacked, call.Cancellation).ConfigureAwait(false);
        var keys = await unpacking.NameAsync(spec.Layers).ConfigureAwait(false);
        await FaultPoint.ReachAsync(ImageFaults.LayersNamed, call.Cancellation).ConfigureAwait(false);
        spec = spec with { Layers = [.. spec.Layers.Zip(keys, static (layer, key) => layer with { Unpacked = key })] };
        var image = store.Record(manifest, spec, name, root);
        await FaultPoint.ReachAsync(ImageFaults.Recorded, call.Cancellation).ConfigureAwait(false);
        store.SyncSoon(keys);
        return image;
    }

    /// <summary>Lets go of the blobs, and of layers that were unpacked for nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        await unpacking.DisposeAsync().ConfigureAwait(false);
        lock (gate)
        {
            foreach (var hold in holds.Values)
            {
                hold.Dispose();
            }

            holds.Clear();
        }
    }

    private async Task UnpackAsync(OciImageSpec spec, Call call)
    {
        var work = unpacking.CompleteAsync(spec.Layers, call.Cancellation);
        var all = Math.Max(1, spec.Layers.Sum(static layer => layer.Size));
        while (!work.IsCompleted)
        {
            call.Report($"Storing image '{title}'", $"Unpacking {spec.Layers.Count} layers", (int)Math.Min(99, unpacking.PackedBytesDone * 100 / all));
            await Task.WhenAny(work, Task.Delay(ReportInterval, call.Cancellation)).ConfigureAwait(false);
        }

        await work.ConfigureAwait(false);
    }

    private VirtException Incomplete(int count) =>
        new(ErrorCode.DataLoss, "ImageIncomplete", $"Cannot store image '{title}': {count} of its blobs are missing.", title, "Get it again, or from elsewhere.");

    private void Hold(Digest digest)
    {
        lock (gate)
        {
            if (!holds.ContainsKey(digest))
            {
                holds[digest] = store.Blobs.Hold(digest);
            }
        }
    }
}
