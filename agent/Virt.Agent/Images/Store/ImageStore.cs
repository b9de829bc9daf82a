using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Events;
using Virt.Agent.Images.Oci;
using Virt.Agent.State;

namespace Virt.Agent.Images.Store;

/// <summary>
/// The OCI images on this host: their blobs, and which names stand for which. An image comes by an <see cref="ImageArrival"/>, in whatever way its blobs are had.
/// </summary>
public sealed partial class ImageStore : IAsyncDisposable
{
    /// <summary>Where images are said to be from that came from no registry.</summary>
    public const string LocalRegistry = "localhost";

    private const int ShortestId = 4;

    private readonly ImageTable table;
    private readonly TimeProvider time;
    private readonly LayerUnpacker unpacker;
    private readonly EventHub? events;
    private readonly SemaphoreSlim unpackTurns = new(Environment.ProcessorCount, Environment.ProcessorCount);
    private readonly Lock gate = new();
    private readonly Dictionary<Digest, OciImage> images = [];
    private Task syncing = Task.CompletedTask;

    /// <summary>Reads what is stored, and removes what an agent before this one left half done.</summary>
    /// <param name="folder">Where blobs and layers lie; made with the first.</param>
    /// <param name="table">Stored images.</param>
    /// <param name="limit">How much a layer may unpack to.</param>
    /// <param name="boot">What tells this boot of the host from others.</param>
    /// <param name="time">The clock.</param>
    /// <param name="events">Is told which images come and go; null: nobody is.</param>
    public ImageStore(string folder, ImageTable table, UnpackLimit limit, string boot, TimeProvider time, EventHub? events = null)
    {
        this.events = events;
        this.table = table;
        this.time = time;
        Limit = limit;
        unpacker = new LayerUnpacker(limit);
        Blobs = new BlobStore(folder);
        Layers = new UnpackedLayers(Path.Combine(folder, "layers"), boot);
        Read();
    }

    /// <summary>The content that images are made of.</summary>
    public BlobStore Blobs { get; }

    /// <summary>How much a layer may unpack to.</summary>
    public UnpackLimit Limit { get; }

    /// <summary>Their layers, unpacked.</summary>
    public UnpackedLayers Layers { get; }

    /// <summary>The names of all images as one would type them, for who has mistyped one.</summary>
    public IEnumerable<string> TypedNames() => All().SelectMany(static image => image.Names).Select(static row => ImageReference.Parse(row.Name).Familiar)
        .Select(static name => name.StartsWith(LocalRegistry + "/", StringComparison.Ordinal) ? name[(LocalRegistry.Length + 1)..] : name);

    /// <summary>All images, by name.</summary>
    public IReadOnlyList<OciImage> All()
    {
        lock (gate)
        {
            return [.. images.Values.OrderBy(static image => image.Names.Count == 0).ThenBy(static image => image.Title, StringComparer.Ordinal)];
        }
    }

    /// <summary>An image.</summary>
    /// <param name="text">A name (<c>debian</c>, <c>host:5000/a/b:tag</c>, <c>debian@sha256:…</c>), or an id: the manifest's or the config's digest, or four of its digits at least.</param>
    /// <returns>Null where there is none, or several ids begin so.</returns>
    public OciImage? Find(string text)
    {
        lock (gate)
        {
            if (ImageReference.TryParse(text, out var name) && (FindByName(name) ?? (IsShort(name) ? FindByName(LocalOf(name)) : null)) is { } named)
            {
                return named;
            }

            var hex = text.StartsWith(Digest.Prefix, StringComparison.Ordinal) ? text[Digest.Prefix.Length..] : text;
            if (hex.Length < ShortestId || !hex.All(char.IsAsciiHexDigitLower))
            {
                return null;
            }

            var found = images.Values.Where(image => IsIdOf(image, hex)).Take(2).ToList();
            return found.Count == 1 ? found[0] : null;
        }
    }

    /// <summary>The image that a name stands for here; null where it stands for none.</summary>
    public OciImage? Find(ImageReference name)
    {
        lock (gate)
        {
            return FindByName(name);
        }
    }

    /// <summary>Waits for what is being brought to the disk.</summary>
    public async ValueTask DisposeAsync()
    {
        Task last;
        lock (gate)
        {
            last = syncing;
        }

        await last.ConfigureAwait(false);
    }

    /// <summary>Begins to take an image in. Dispose the answer when it is committed or given up.</summary>
    /// <param name="title">What the image is called in errors and progress.</param>
    public ImageArrival Begin(string title) => new(this, title);

    internal Unpacking BeginUnpacking(string title) => new(Blobs, Layers, unpacker, unpackTurns, title);

    /// <summary>The key under which a name is stored: with a digest the tag says nothing.</summary>
    internal static string KeyOf(ImageReference name) => name.Digest is null ? name.Full : $"{name.FullRepository}@{name.Digest}";

    /// <summary>The name that an image gets which came from no registry and says of none: <c>localhost/NAME</c>, as podman and buildah have it. It is found by its short form too.</summary>
    internal static ImageReference LocalOf(ImageReference name) => IsShort(name) ? name with { Registry = LocalRegistry, Repository = name.FamiliarRepository } : name;

    private static bool IsShort(ImageReference name) => name.Registry == ImageReference.DefaultRegistry && !name.FamiliarRepository.Contains('/', StringComparison.Ordinal);

    // A name with a digest means the content, whatever name it came by.
    private OciImage? FindByName(ImageReference name) =>
        images.Values.FirstOrDefault(image => image.Names.Any(row => row.Name == KeyOf(name)))
        ?? (name.Digest is null ? null : images.Values.FirstOrDefault(image => image.Names.Any(row => row.Root == name.Digest && RepositoryOf(row) == name.FullRepository)))
        ?? (name.Digest is null ? null : images.Values.FirstOrDefault(image => image.Id.ToString() == name.Digest && image.Names.Any(row => RepositoryOf(row) == name.FullRepository)));

    private static string? RepositoryOf(ImageNameRow row) => ImageReference.TryParse(row.Name, out var name) ? name.FullRepository : null;

    private static bool IsIdOf(OciImage image, string hex) =>
        image.Id.Hex.StartsWith(hex, StringComparison.Ordinal) || image.Spec.Config.Digest.Hex.StartsWith(hex, StringComparison.Ordinal);

    // The table is what counts; the dictionary is what it says.
    private void Read()
    {
        var names = table.LoadNames().ToLookup(static row => row.ImageId, StringComparer.Ordinal);
        images.Clear();
        foreach (var row in table.Load())
        {
            var spec = JsonSerializer.Deserialize(row.Spec, StoreJson.Default.OciImageSpec) ?? throw new InvalidDataException($"The stored image '{row.Id}' is null.");
            var id = Digest.Parse(row.Id);
            images[id] = new OciImage(id, spec, [.. names[row.Id]], row.Added, row.Used);
        }
    }
}
