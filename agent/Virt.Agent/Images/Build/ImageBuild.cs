using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Images.Build;

/// <summary>Makes an image of layers that are packed here, over those of another image or of none.</summary>
/// <param name="store">Where it goes.</param>
/// <param name="request">What it is to be.</param>
/// <param name="time">The clock.</param>
/// <param name="call">The call.</param>
internal sealed class ImageBuild(ImageStore store, NewContainerImage request, TimeProvider time, Call call)
{
    /// <summary>Makes the image.</summary>
    /// <param name="below">The image that it stands on; null: none.</param>
    /// <param name="seed">How its containers run where the request says nothing, and nothing is below; null: no word of it.</param>
    /// <param name="sources">What becomes its layers, the lowest first.</param>
    /// <param name="step">What its history says.</param>
    /// <exception cref="VirtException">DataLoss; ResourceExhausted.</exception>
    public async Task<OciImage> RunAsync(OciImage? below, OciRunConfig? seed, IReadOnlyList<LayerSource> sources, string step)
    {
        var name = ImageStore.LocalOf(ImageReference.Parse(request.Name, "create"));
        await using var arrival = store.Begin(name.Familiar);
        var id = await WriteAsync(arrival, name.Familiar, below, seed, sources, step).ConfigureAwait(false);
        return await arrival.CommitAsync(name, id, id, call).ConfigureAwait(false);
    }

    /// <summary>Makes what the image consists of, and no image of the store.</summary>
    /// <param name="arrival">Takes it, and keeps it as long as it is there.</param>
    /// <param name="title">What it is called, for progress.</param>
    /// <param name="below">The image that it stands on; null: none.</param>
    /// <param name="seed">How its containers run where the request says nothing, and nothing is below; null: no word of it.</param>
    /// <param name="sources">What becomes its layers, the lowest first.</param>
    /// <param name="step">What its history says.</param>
    /// <returns>Its manifest's digest.</returns>
    /// <exception cref="VirtException">DataLoss; ResourceExhausted.</exception>
    public async Task<Digest> WriteAsync(ImageArrival arrival, string title, OciImage? below, OciRunConfig? seed, IReadOnlyList<LayerSource> sources, string step)
    {
        var config = below is null ? New(seed) : OciDocument.ReadConfig(store.Blobs.ReadDocument(below.Spec.Config.Digest), below.Title);
        var layers = new List<OciDescriptor>();
        foreach (var layer in below?.Spec.Layers ?? [])
        {
            arrival.Has(layer.Blob);
            layers.Add(new OciDescriptor { MediaType = ToOci(layer.MediaType), Digest = layer.Blob, Size = layer.Size });
        }

        var diffIds = config.RootFs.DiffIds.ToList();
        var history = (config.History ?? []).ToList();
        foreach (var source in sources)
        {
            call.Report($"Making image '{title}'", $"Packing '{source.Path}'");
            var (descriptor, diffId) = source.IsArchive ? await TakeAsync(arrival, source.Path).ConfigureAwait(false) : await new LayerPack(arrival, call.Cancellation).PackAsync(source).ConfigureAwait(false);
            layers.Add(descriptor);
            diffIds.Add(diffId);
            history.Add(new OciHistory { Created = time.GetUtcNow(), CreatedBy = step, Comment = Given(request.Comment), Author = Given(request.Author) });
        }

        var configBytes = OciDocument.Write(config with
        {
            Created = time.GetUtcNow(),
            Author = Given(request.Author) ?? config.Author,
            Config = Changed(config.Config ?? new OciRunConfig()),
            RootFs = new OciRootFs { DiffIds = diffIds },
            History = history,
        });
        var manifest = OciDocument.Write(new OciManifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.Manifest,
            Config = new OciDescriptor { MediaType = MediaTypes.Config, Digest = await arrival.AddAsync(configBytes, call.Cancellation).ConfigureAwait(false), Size = configBytes.Length },
            Layers = layers,
        });
        return await arrival.AddAsync(manifest, call.Cancellation).ConfigureAwait(false);
    }

    private static OciImageConfig New(OciRunConfig? seed) => new() { Architecture = OciPlatform.Host.Architecture, Os = OciPlatform.Host.Os, Config = seed };

    private static string? Given(string text) => text.Length == 0 ? null : text;

    // A manifest of the one kind does not name layers of the other.
    internal static string ToOci(string mediaType) => mediaType switch
    {
        MediaTypes.DockerLayer => MediaTypes.Layer,
        MediaTypes.DockerLayerGzip or MediaTypes.DockerLayerForeign => MediaTypes.LayerGzip,
        MediaTypes.DockerLayerZstd => MediaTypes.LayerZstd,
        _ => mediaType,
    };

    private OciRunConfig Changed(OciRunConfig config) => config with
    {
        // As with a Containerfile's ENTRYPOINT: a new one takes nothing of the old command.
        Entrypoint = request.Entrypoint.Length > 0 ? request.Entrypoint : config.Entrypoint,
        Cmd = request.Command.Length > 0 ? request.Command : request.Entrypoint.Length > 0 ? null : config.Cmd,
        User = Given(request.User) ?? config.User,
        WorkingDir = Given(request.WorkingDirectory) ?? config.WorkingDir,
        Env = Merged(config.Env ?? [], request.Environment),
        Labels = request.Labels.Count == 0 ? config.Labels : Merged(config.Labels, request.Labels),
    };

    private static List<string> Merged(IReadOnlyList<string> below, Dictionary<string, string> over) =>
        [.. below.Where(one => !over.ContainsKey(one.Split('=')[0])), .. over.Select(static pair => $"{pair.Key}={pair.Value}")];

    private static Dictionary<string, string> Merged(IReadOnlyDictionary<string, string>? below, IReadOnlyDictionary<string, string> over)
    {
        var all = new Dictionary<string, string>(below ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (key, value) in over)
        {
            all[key] = value;
        }

        return all;
    }

    private async Task<(OciDescriptor Descriptor, Digest DiffId)> TakeAsync(ImageArrival arrival, string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var kind = file.ReadByte() switch { 0x1F => MediaTypes.LayerGzip, 0x28 => MediaTypes.LayerZstd, _ => MediaTypes.Layer };
        file.Position = 0;
        var (digest, size) = await arrival.AddAsync(file, call.Cancellation).ConfigureAwait(false);
        if (kind == MediaTypes.Layer)
        {
            return (new OciDescriptor { MediaType = kind, Digest = digest, Size = size }, digest);
        }

        await using var blob = store.Blobs.OpenRead(digest);
        await using var inflated = LayerUnpacker.Inflate(blob);
        using var hashed = new DigestStream(inflated);
        return (new OciDescriptor { MediaType = kind, Digest = digest, Size = size }, hashed.Finish());
    }
}
