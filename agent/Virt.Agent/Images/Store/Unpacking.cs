using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images.Oci;
using Virt.Linux.Files;

namespace Virt.Agent.Images.Store;

/// <summary>
/// The unpacking of one image's layers: several at once, each as soon as its blob is here, and all of them named together, the lowest first. What was not named is gone when this is disposed.
/// </summary>
internal sealed class Unpacking(BlobStore blobs, UnpackedLayers layers, LayerUnpacker unpacker, SemaphoreSlim turns, string title) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource ending = new();
    private readonly Dictionary<Digest, Task<(string Path, UnpackedLayer Layer)>> begun = [];
    private readonly Dictionary<Digest, FileStream> reading = [];
    private readonly List<IDisposable> holds = [];
    private long done;

    /// <summary>How many packed bytes were unpacked so far.</summary>
    public long PackedBytesDone
    {
        get
        {
            lock (gate)
            {
                return done + reading.Values.Sum(static stream => stream.CanRead ? stream.Position : 0);
            }
        }
    }

    /// <summary>Begins to unpack a layer whose blob is here. One that was begun is not begun again.</summary>
    public void Begin(Digest blob, Digest diffId)
    {
        lock (gate)
        {
            if (!begun.ContainsKey(diffId))
            {
                begun[diffId] = Task.Run(() => UnpackAsync(blob, diffId));
            }
        }
    }

    /// <summary>Unpacks what is missing of an image, and waits for it.</summary>
    /// <param name="image">The image; its blobs must be here.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="Virt.Protocol.VirtException">A layer cannot be unpacked: <see cref="LayerUnpacker.Unpack"/>.</exception>
    public async Task CompleteAsync(IReadOnlyList<OciLayerSpec> image, CancellationToken cancellation)
    {
        var diffIds = image.Select(static layer => layer.DiffId).ToArray();
        var wanted = new List<Task>();
        for (var i = 0; i < image.Count; i++)
        {
            if (Held(diffIds.AsSpan(0, i + 1)) is null)
            {
                Begin(image[i].Blob, diffIds[i]);
                lock (gate)
                {
                    wanted.Add(begun[diffIds[i]]);
                }
            }
        }

        await using var cancelled = cancellation.Register(ending.Cancel);
        foreach (var one in wanted)
        {
            await one.ConfigureAwait(false);
        }
    }

    /// <summary>Names the layers of an image that <see cref="CompleteAsync"/> has unpacked.</summary>
    /// <returns>Their names, the lowest first.</returns>
    public async Task<IReadOnlyList<Digest>> NameAsync(IReadOnlyList<OciLayerSpec> image)
    {
        var diffIds = image.Select(static layer => layer.DiffId).ToArray();
        var keys = new List<Digest>();
        for (var i = 0; i < image.Count; i++)
        {
            if (Held(diffIds.AsSpan(0, i + 1)) is { } known)
            {
                keys.Add(known);
                continue;
            }

            var (path, layer) = await begun[diffIds[i]].ConfigureAwait(false);
            var key = layer.ImplicitFolders.Count == 0 ? diffIds[i] : Digest.Chain(diffIds.AsSpan(0, i + 1));
            if (!Directory.Exists(path))
            {
                // The same layer twice in one image, with other layers below it each time.
                layers.End(path);
                begun.Remove(diffIds[i]);
                Begin(image[i].Blob, diffIds[i]);
                (path, layer) = await begun[diffIds[i]].ConfigureAwait(false);
            }

            LookAsBelow(path, layer, keys);
            holds.Add(layers.Hold(key));
            layers.Name(path, key, layer);
            keys.Add(key);
        }

        return keys;
    }

    /// <summary>Ends what is going on, and removes what has no name.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        foreach (var one in begun.Values)
        {
            await one.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            if (one.IsCompletedSuccessfully)
            {
                layers.End(one.Result.Path);
            }
        }

        holds.ForEach(static hold => hold.Dispose());
        ending.Dispose();
    }

    // The folders that the archive does not describe are to be as the layers below have them, or overlayfs would show them as they were made here.
    private void LookAsBelow(string path, UnpackedLayer layer, IReadOnlyList<Digest> below)
    {
        var lowers = below.Reverse().Select(layers.RootOf).ToList();
        using var tree = new TreeWriter(Path.Combine(path, "root"));
        foreach (var name in layer.ImplicitFolders.Select(Convert.FromHexString))
        {
            if (OverlayTree.Find(lowers, name) is { IsFolder: true } found)
            {
                tree.Folder(name, new TreeAttributes
                {
                    Mode = found.Mode,
                    UserId = found.UserId,
                    GroupId = found.GroupId,
                    ModifiedSeconds = Math.DivRem(found.ModifiedNanoseconds, 1_000_000_000L).Quotient,
                    ModifiedNanoseconds = (int)Math.Max(0, found.ModifiedNanoseconds % 1_000_000_000),
                });
            }
        }

        tree.Finish();
    }

    // Holds a layer before it looks whether it is there, so that it stays.
    private Digest? Held(ReadOnlySpan<Digest> diffIds)
    {
        holds.Add(layers.Hold(diffIds[^1]));
        holds.Add(layers.Hold(Digest.Chain(diffIds)));
        return layers.Find(diffIds);
    }

    private async Task<(string Path, UnpackedLayer Layer)> UnpackAsync(Digest blob, Digest diffId)
    {
        await turns.WaitAsync(ending.Token).ConfigureAwait(false);
        var path = layers.Begin();
        try
        {
            await using var packed = blobs.OpenRead(blob);
            Follow(blob, packed);
            var layer = unpacker.Unpack(packed, packed.Length, diffId, Path.Combine(path, "root"), title, ending.Token);
            Unfollow(blob, packed.Length);
            return (path, layer);
        }
        catch
        {
            Unfollow(blob, 0);
            layers.End(path);
            throw;
        }
        finally
        {
            turns.Release();
        }
    }

    private void Follow(Digest blob, FileStream stream)
    {
        lock (gate)
        {
            reading[blob] = stream;
        }
    }

    private void Unfollow(Digest blob, long bytes)
    {
        lock (gate)
        {
            reading.Remove(blob);
            done += bytes;
        }
    }
}
