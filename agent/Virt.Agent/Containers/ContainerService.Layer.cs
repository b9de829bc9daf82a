using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private const long LeastFreeBytes = 1 << 20;

    /// <summary>
    /// Works in a throw-away container (<see cref="InThrowAwayAsync"/>) and makes a layer of what the work has changed. The layer is kept for the container
    /// until a generation of it uses it, another one is built for it, or <see cref="DiscardLayerAsync"/>.
    /// </summary>
    /// <returns>The layer; null where nothing was changed.</returns>
    /// <exception cref="VirtException">NotFound; ResourceExhausted where the disk is full; what the work throws.</exception>
    public async Task<ContainerLayer?> BuildLayerAsync(Guid containerId, IReadOnlyDictionary<string, string> labels, Func<ContainerShell, CancellationToken, Task> work, Call call)
    {
        var source = Find("build a layer for", containerId, "");
        var parent = DigestOf(source.Name, source.Spec);
        var throwAway = await StartThrowAwayAsync(source, call).ConfigureAwait(false);
        try
        {
            await FaultPoint.ReachAsync(ContainerFaults.ThrowAwayStarted, call.Cancellation).ConfigureAwait(false);
            var launched = FileTree.Entries(FolderOf(throwAway).Upper);
            await work(ShellOf(throwAway), call.Cancellation).ConfigureAwait(false);
            await FaultPoint.ReachAsync(ContainerFaults.ThrowAwayWorked, call.Cancellation).ConfigureAwait(false);
            await StopThrowAwayAsync(throwAway).ConfigureAwait(false);
            await FaultPoint.ReachAsync(ContainerFaults.LayerEnded, call.Cancellation).ConfigureAwait(false);
            var tree = LayerTree.Clean(FolderOf(throwAway).Upper, launched, LowersOf(throwAway.Spec));
            return tree.Count == 0
                ? null
                : await KeepLayerAsync(source, throwAway, tree, new ContainerLayer { Digest = "", Image = source.Spec.Image, Parent = parent, Labels = labels, CreationTime = time.GetUtcNow() }, call).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && (LaunchError.IsFull(e) || IsFull()))
        {
            throw new VirtException(
                ErrorCode.ResourceExhausted,
                "DiskFull",
                $"Cannot build a layer for container '{source.Name}': there is no space left in '{stateFolder}' ({e.Message.TrimEnd('.')}).",
                source.Name,
                $"df -h '{stateFolder}'",
                e);
        }
        finally
        {
            await RemoveThrowAwayAsync(throwAway).ConfigureAwait(false);
        }
    }

    /// <summary>Gives up the layer that was built for a container and is used by none; without one nothing is done.</summary>
    /// <exception cref="VirtException">NotFound.</exception>
    public async Task DiscardLayerAsync(Guid containerId)
    {
        var entry = Find("discard a layer of", containerId, "");
        using (await locks.EnterAsync(entry.Id, default).ConfigureAwait(false))
        {
            if (!entry.IsRemoved && entry.Spec.Built is not null)
            {
                entry.Set(table, entry.State, entry.Run, entry.Spec with { Built = null });
            }
        }

        layers.Sweep();
    }

    /// <summary><c>sha256:…</c> over a container's image and the layers of its present generation: what a plan pins.</summary>
    /// <exception cref="VirtException">NotFound.</exception>
    public string ImageDigestOf(Guid containerId)
    {
        var entry = Find("read the image of", containerId, "");
        return DigestOf(entry.Name, entry.Spec);
    }

    private async Task<ContainerLayer> KeepLayerAsync(ContainerEntry source, ContainerEntry throwAway, IReadOnlyList<TreeEntry> tree, ContainerLayer layer, Call call)
    {
        var building = layers.Begin(FolderOf(throwAway).Upper, throwAway.Id);
        try
        {
            await FaultPoint.ReachAsync(ContainerFaults.LayerMoved, call.Cancellation).ConfigureAwait(false);
            layer = layer with
            {
                Digest = "sha256:" + TreeDigest.Compute(Path.Combine(building, "root"), tree, layer.Parent),
                FileCount = tree.Count(static e => !e.IsFolder),
                SizeBytes = tree.Sum(static e => e.IsFile ? e.Size : 0),
            };
            LayerStore.Write(building, layer);
            await FaultPoint.ReachAsync(ContainerFaults.LayerWritten, call.Cancellation).ConfigureAwait(false);
            using (await LockAsync("build a layer for", source, call).ConfigureAwait(false))
            using (layers.Hold(layer.Digest))
            {
                layers.Name(building, layer);
                await FaultPoint.ReachAsync(ContainerFaults.LayerNamed, call.Cancellation).ConfigureAwait(false);
                source.Set(table, source.State, source.Run, source.Spec with { Built = layer.Digest });
            }

            await FaultPoint.ReachAsync(ContainerFaults.LayerKept, call.Cancellation).ConfigureAwait(false);
        }
        finally
        {
            layers.End(building);
            layers.Sweep(); // the one that was built before
        }

        return layer;
    }

    private IReadOnlyList<string> LowersOf(ContainerSpec spec) => [.. spec.Layers.Select(layers.RootOf), .. spec.ImageLayers.Count == 0 ? [spec.Rootfs] : spec.ImageLayers.Select(ImageLayerRoot)];

    // An image does not change, so its files are looked at once, and again only where its image.json or its top folder say otherwise.
    private string DigestOf(string name, ContainerSpec spec)
    {
        if (spec.ImageLayers.Count > 0)
        {
            return Over(spec, spec.ImageDigest);
        }

        var manifest = findBase(spec.Image, $"Cannot read the image of container '{name}'").Manifest;
        var stamp = File.GetLastWriteTimeUtc(manifest).Ticks ^ File.GetLastWriteTimeUtc(spec.Rootfs).Ticks;
        if (!imageDigests.TryGetValue(spec.Rootfs, out var known) || known.Stamp != stamp)
        {
            known = (stamp, "sha256:" + TreeDigest.ComputeByTimes(FileTree.Entries(spec.Rootfs), File.ReadAllText(manifest)));
            imageDigests[spec.Rootfs] = known;
        }

        return Over(spec, known.Digest);
    }

    private static string Over(ContainerSpec spec, string image) =>
        spec.Layers.Count == 0 ? image : "sha256:" + TreeDigest.ComputeByTimes([], string.Join('\n', spec.Layers.Append(image)));

    private bool IsFull() => new DriveInfo(stateFolder).AvailableFreeSpace < LeastFreeBytes;
}
