using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <summary>
/// Gets one image: the manifest, of an index that for the platform, then what is not here yet, several parts at once. Each part is verified while it comes. What
/// has come stays where the rest fails, and is gone on with the next time; nobody sees the image before it is whole.
/// </summary>
internal sealed class ImagePull
{
    private const int PartsAtOnce = 4;

    private readonly ImageStore store;
    private readonly TimeProvider time;
    private readonly RegistryTask task;
    private readonly RegistrySource source;
    private readonly OciPlatform platform;
    private readonly Call call;

    /// <param name="http">The connections.</param>
    /// <param name="store">Where the image goes.</param>
    /// <param name="task">Which image.</param>
    /// <param name="platform">For which platform; empty: the host's.</param>
    /// <param name="call">The call.</param>
    /// <exception cref="VirtException">InvalidArgument: the platform is none.</exception>
    public ImagePull(RegistryHttp http, ImageStore store, RegistryTask task, string platform, Call call)
    {
        this.store = store;
        this.task = task;
        this.call = call;
        time = http.Time;
        this.platform = ImagePlatform.Parse(platform, task, RuntimeInformation.OSArchitecture);
        source = new RegistrySource([.. RegistryAddress.Of(task.Image, http.Options).Select(address => new RegistryClient(http, address, task))]);
    }

    private CancellationToken Cancellation => call.Cancellation;

    private string Title => task.Image.Familiar;

    private string Folder => Path.GetDirectoryName(store.Blobs.PathOf(Digest.Of([])))!;

    /// <summary>Gets it.</summary>
    /// <returns>The image; null where the call is only a WhatIf.</returns>
    /// <exception cref="VirtException">What registries fail with; DiskFull; NotSupported: it is no image of containers, or none for the platform.</exception>
    public async Task<OciImage?> RunAsync()
    {
        call.Report($"Saving image '{Title}'", "asking for its manifest");
        var root = await source.AskAsync(client => client.GetManifestAsync(task.Image.Identifier, Cancellation)).ConfigureAwait(false);
        await FaultPoint.ReachAsync(PullFaults.Known, Cancellation).ConfigureAwait(false);
        var isIndex = MediaTypes.IsIndex(KindOf(root));
        var chosen = isIndex ? ImagePlatform.Choose(OciDocument.ReadIndex(root.Bytes, Title), platform, task) : null;
        if (call.WhatIf)
        {
            return null;
        }

        await using var arrival = store.Begin(Title);
        try
        {
            return await RunAsync(arrival, root, chosen).ConfigureAwait(false);
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            throw Full(e);
        }
    }

    private async Task<OciImage> RunAsync(ImageArrival arrival, RegistryManifest root, OciDescriptor? chosen)
    {
        var rootDigest = await arrival.AddAsync(root.Bytes, Cancellation).ConfigureAwait(false);
        var digest = chosen is null ? rootDigest : await AddManifestAsync(arrival, chosen).ConfigureAwait(false);
        await FaultPoint.ReachAsync(PullFaults.Documents, Cancellation).ConfigureAwait(false);
        var manifest = OciDocument.ReadManifest(store.Blobs.ReadDocument(digest), Title);
        RequireConfig(manifest);
        var parts = manifest.Layers.Append(manifest.Config).DistinctBy(static part => part.Digest).ToList();
        var progress = new TransferProgress(call, $"Saving image '{Title}'", parts, time);
        await FetchAsync(arrival, manifest.Config, progress, Cancellation).ConfigureAwait(false);
        await FaultPoint.ReachAsync(PullFaults.Config, Cancellation).ConfigureAwait(false);

        // The config says what the image is: what cannot be used is refused before its layers come.
        var spec = store.SpecOf(Title, digest);
        if (chosen is null)
        {
            ImagePlatform.Require(spec.Platform, platform, task);
        }

        RequireSpace(parts);
        var diffIds = spec.Layers.DistinctBy(static layer => layer.Blob).ToDictionary(static layer => layer.Blob, static layer => layer.DiffId);
        await Parallel.ForEachAsync(
            parts,
            new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = Cancellation },
            async (part, cancellation) =>
            {
                await FetchAsync(arrival, part, progress, cancellation).ConfigureAwait(false);
                if (diffIds.TryGetValue(part.Digest, out var diffId))
                {
                    arrival.BeginUnpack(part.Digest, diffId);
                }
            }).ConfigureAwait(false);
        await FaultPoint.ReachAsync(PullFaults.Layers, Cancellation).ConfigureAwait(false);
        return await arrival.CommitAsync(task.Image, rootDigest, digest, call).ConfigureAwait(false);
    }

    private async Task<Digest> AddManifestAsync(ImageArrival arrival, OciDescriptor chosen)
    {
        if (arrival.Has(chosen.Digest))
        {
            return chosen.Digest;
        }

        var manifest = await source.AskAsync(client => client.GetManifestAsync(chosen.Digest.ToString(), Cancellation)).ConfigureAwait(false);
        return await arrival.AddAsync(manifest.Bytes, Cancellation).ConfigureAwait(false);
    }

    private async Task FetchAsync(ImageArrival arrival, OciDescriptor part, TransferProgress progress, CancellationToken cancellation)
    {
        await using var writer = await arrival.BeginWriteAsync(part, cancellation).ConfigureAwait(false);
        if (writer is null)
        {
            progress.End(part);
            return;
        }

        try
        {
            await source.AskAsync(client => FetchAsync(client, writer, progress, cancellation)).ConfigureAwait(false);
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            // The agent writes its state to the same disk.
            writer.Restart();
            throw;
        }

        progress.End(part);
        await FaultPoint.ReachAsync(PullFaults.Layer, cancellation).ConfigureAwait(false);
    }

    private async Task<bool> FetchAsync(RegistryClient client, BlobWriter writer, TransferProgress progress, CancellationToken cancellation)
    {
        var part = writer.Descriptor;

        // Where it does not come out right, what was left by an earlier attempt or by a mirror may be to blame; once.
        for (var isGoneOn = writer.Offset > 0; ; isGoneOn = false)
        {
            progress.At(part, writer.Offset);
            await client.ReadBlobAsync(part.Digest.ToString(), part.Size, writer.Offset, WriteAsync, cancellation).ConfigureAwait(false);
            await FaultPoint.ReachAsync(PullFaults.Read, cancellation).ConfigureAwait(false);
            try
            {
                await writer.CommitAsync(cancellation).ConfigureAwait(false);
                return true;
            }
            catch (VirtException e) when (e.Id == "BlobDigestMismatch")
            {
                if (!isGoneOn)
                {
                    throw RegistryErrors.Make(task, ErrorCode.DataLoss, "DigestMismatch", $"what registry '{client.Name}' gave for '{part.Digest}' has another digest", $"{task.Command} {task.Image}", e);
                }

                AgentLog.Warning($"Part '{part.Digest.Short}' of image '{Title}' is fetched anew: what was there of it was not its own");
            }
        }

        async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
        {
            var isFirst = writer.Offset == 0;
            await writer.WriteAsync(bytes, stop).ConfigureAwait(false);
            progress.At(part, writer.Offset);
            if (isFirst)
            {
                await FaultPoint.ReachAsync(PullFaults.Begun, stop).ConfigureAwait(false);
            }
        }
    }

    // What says neither in its header nor in itself what it is, is taken for what it looks like.
    private string KindOf(RegistryManifest root) =>
        MediaTypes.IsIndex(root.MediaType) || MediaTypes.IsManifest(root.MediaType) ? root.MediaType
        : OciDocument.KindOf(root.Bytes, Title) is { } kind && (MediaTypes.IsIndex(kind) || MediaTypes.IsManifest(kind)) ? kind
        : throw RegistryErrors.Make(task, ErrorCode.NotSupported, "ManifestNotSupported", $"its manifest is of the kind '{root.MediaType}', which is none that this version knows", $"{task.Command} {task.Image.FamiliarRepository}:latest");

    private void RequireConfig(OciManifest manifest)
    {
        if (!MediaTypes.IsConfig(manifest.Config.MediaType) || manifest.Config.Size > OciDocument.Longest)
        {
            throw RegistryErrors.Make(
                task,
                ErrorCode.NotSupported,
                "NotAContainerImage",
                $"it is an artifact of the kind '{manifest.ArtifactType ?? manifest.Config.MediaType}', and no image that containers are made from",
                "Get-ContainerImage");
        }
    }

    private void RequireSpace(IReadOnlyList<OciDescriptor> parts)
    {
        var missing = parts.Where(part => !store.Blobs.Has(part.Digest)).Sum(static part => part.Size);
        if (DiskFull.FreeBytes(Folder) < missing)
        {
            throw Full(null, missing);
        }
    }

    private VirtException Full(IOException? cause, long missing = 0) => RegistryErrors.Make(
        task,
        ErrorCode.ResourceExhausted,
        "DiskFull",
        missing > 0 ? $"it needs {missing} bytes, and the disk of '{Folder}' has {DiskFull.FreeBytes(Folder)} free" : $"the disk of '{Folder}' is full",
        $"df -h '{Folder}'",
        cause);
}
