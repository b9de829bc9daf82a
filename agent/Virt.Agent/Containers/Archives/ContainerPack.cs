using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Images.Build;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;

namespace Virt.Agent.Containers.Archives;

/// <summary>Puts together the image that a container as a whole is: its image's layers, those over it, and what it has written. None of it becomes an image of this host.</summary>
/// <param name="store">Where its blobs are, as long as the arrival lives.</param>
/// <param name="arrival">Keeps them.</param>
/// <param name="pack">Packs folders.</param>
/// <param name="time">The clock.</param>
internal sealed class ContainerPack(ImageStore store, ImageArrival arrival, LayerPack pack, TimeProvider time)
{
    private const string Step = "Export-Container";

    private readonly List<OciDescriptor> layers = [];
    private readonly List<Digest> diffIds = [];
    private readonly List<OciHistory> history = [];
    private OciImageConfig config = new();

    /// <summary>What stands at the bottom: an image of the store.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">What the container calls it.</param>
    public ArchivedImage Begin(OciImage image, string name)
    {
        foreach (var blob in image.Blobs)
        {
            arrival.Has(blob);
        }

        config = OciDocument.ReadConfig(store.Blobs.ReadDocument(image.Spec.Config.Digest), image.Title);
        layers.AddRange(image.Spec.Layers.Select(static layer => new OciDescriptor { MediaType = ImageBuild.ToOci(layer.MediaType), Digest = layer.Blob, Size = layer.Size }));
        diffIds.AddRange(config.RootFs.DiffIds);
        history.AddRange(config.History ?? []);
        var row = image.Names.FirstOrDefault(one => Images.ImageReference.TryParse(one.Name, out var full) && full.Familiar == name) ?? (image.Names.Count > 0 ? image.Names[0] : null);
        return new ArchivedImage { Name = row?.Name ?? "", Root = row is null ? image.Id : Digest.Parse(row.Root), Manifest = image.Id };
    }

    /// <summary>The same of a folder of files, which becomes an image by that; the same one each time.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="run">How its containers run.</param>
    /// <param name="name">What it is to be called.</param>
    public async Task<ArchivedImage> BeginAsync(string folder, OciRunConfig run, string name)
    {
        config = new OciImageConfig { Architecture = OciPlatform.Host.Architecture, Os = OciPlatform.Host.Os, Config = run };
        await AddAsync(new LayerSource(folder, IsArchive: false, WithTop: true), null).ConfigureAwait(false);
        var id = await WriteAsync(config).ConfigureAwait(false);
        return new ArchivedImage { Name = name, Root = id, Manifest = id };
    }

    /// <summary>Puts a folder above all that.</summary>
    /// <param name="source">The folder.</param>
    /// <param name="made">When it was made; null: that is not said, so that the same folder is always the same.</param>
    public async Task<ArchivedBlob> AddAsync(LayerSource source, DateTimeOffset? made)
    {
        var (descriptor, diffId) = await pack.PackAsync(source).ConfigureAwait(false);
        layers.Add(descriptor);
        diffIds.Add(diffId);
        history.Add(new OciHistory { Created = made, CreatedBy = Step });
        return new ArchivedBlob { Blob = descriptor.Digest, DiffId = diffId };
    }

    /// <summary>The whole, which others run as this host does as far as an image can say that.</summary>
    public async Task<OciImage> EndAsync(ContainerSpec spec, string title)
    {
        var id = await WriteAsync(config with { Created = time.GetUtcNow(), Config = RunOf(spec, config.Config) }).ConfigureAwait(false);
        return new OciImage(id, store.SpecOf(title, id), [], time.GetUtcNow(), time.GetUtcNow());
    }

    private async Task<Digest> WriteAsync(OciImageConfig head)
    {
        var bytes = OciDocument.Write(head with { RootFs = new OciRootFs { DiffIds = [.. diffIds] }, History = [.. history] });
        return await arrival.AddAsync(
            OciDocument.Write(new OciManifest
            {
                SchemaVersion = 2,
                MediaType = MediaTypes.Manifest,
                Config = new OciDescriptor { MediaType = MediaTypes.Config, Digest = await arrival.AddAsync(bytes, pack.Cancellation).ConfigureAwait(false), Size = bytes.Length },
                Layers = [.. layers],
            }),
            pack.Cancellation).ConfigureAwait(false);
    }

    private static OciRunConfig RunOf(ContainerSpec spec, OciRunConfig? below) => (below ?? new OciRunConfig()) with
    {
        Entrypoint = null,
        Cmd = [.. spec.Command],
        Env = [.. spec.Environment.Select(static pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)],
        User = spec.User,
        WorkingDir = spec.WorkingDirectory,
        Labels = new Dictionary<string, string>(spec.Labels),
        StopSignal = spec.StopSignal.ToString(CultureInfo.InvariantCulture),
        Healthcheck = null,
    };
}
