using System;
using System.Collections.Generic;
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
public sealed class ImageArrival : IDisposable
{
    private readonly ImageStore store;
    private readonly Lock gate = new();
    private readonly Dictionary<Digest, IDisposable> holds = [];

    internal ImageArrival(ImageStore store) => this.store = store;

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

    /// <summary>Makes the image known: from now on it is found by its name, and containers can be made from it. May be repeated.</summary>
    /// <param name="name">Its name, which another image may have had; null: none.</param>
    /// <param name="root">The digest of what the name stands for where it came from: an index's, or the manifest's. Its blob must be here.</param>
    /// <param name="manifest">The manifest's digest; it, its config and its layers must be here.</param>
    /// <param name="call">The call.</param>
    /// <returns>The image.</returns>
    /// <exception cref="VirtException">DataLoss: a blob is missing or damaged. NotSupported: it is no image of containers.</exception>
    public Task<OciImage> CommitAsync(ImageReference? name, Digest root, Digest manifest, Call call)
    {
        var title = name?.Familiar ?? manifest.Short;
        if (!Has(root) || !Has(manifest))
        {
            throw Incomplete(title, 1);
        }

        var spec = store.SpecOf(title, manifest);
        Hold(spec.Config.Digest);
        foreach (var layer in spec.Layers)
        {
            Hold(layer.Blob);
        }

        if (store.MissingBlobs(spec) is { Count: > 0 } missing)
        {
            throw Incomplete(title, missing.Count);
        }

        call.Cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(store.Record(manifest, spec, name, root));
    }

    /// <summary>Lets go of the blobs.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var hold in holds.Values)
            {
                hold.Dispose();
            }

            holds.Clear();
        }
    }

    private static VirtException Incomplete(string title, int count) =>
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
