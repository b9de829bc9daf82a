using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Oci;
using Virt.Linux.Files;

namespace Virt.Agent.Images.Store;

/// <summary>
/// Images' layers as folders: <c>HEX/root</c> and <c>HEX/layer.json</c>, named after the digest of the layer's archive; or, for one whose look depends on the layers below it, after the
/// digest of the chain. They are made of blobs and can be made again: so they get their names before they are on the disk, and one that another boot of the host left half written is removed.
/// </summary>
public sealed class UnpackedLayers
{
    private const string Building = ".building-";
    private const string Removed = ".removed-";
    private const string Facts = "layer.json";
    private const string OnDisk = "synced";
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string folder;
    private readonly string boot;
    private readonly Lock gate = new();
    private readonly Dictionary<Digest, int> held = [];
    private readonly HashSet<string> building = new(StringComparer.Ordinal);

    /// <summary>Removes what an agent before this one had half done, and what a former boot of the host may have lost.</summary>
    /// <param name="folder">Where they lie; made with the first.</param>
    /// <param name="boot">What tells this boot of the host from others.</param>
    public UnpackedLayers(string folder, string boot)
    {
        this.folder = folder;
        this.boot = boot;
        Remove(static (_, name) => name.StartsWith(Building, StringComparison.Ordinal));
        Remove((path, name) => !name.StartsWith('.') && !File.Exists(Path.Combine(path, OnDisk)) && Read(path)?.Boot != boot);
    }

    /// <summary>The folder that goes under a container.</summary>
    public string RootOf(Digest key) => Path.Combine(FolderOf(key), "root");

    /// <summary>What is known of a layer; null where it is not here.</summary>
    public UnpackedLayer? Find(Digest key) => Read(FolderOf(key));

    /// <summary>Under which name a layer is here already; null where it is not.</summary>
    /// <param name="diffIds">The layer's digest and those of all below it, the lowest first.</param>
    public Digest? Find(ReadOnlySpan<Digest> diffIds)
    {
        var chain = Digest.Chain(diffIds);
        if (Find(chain) is { } exact && exact.DiffId == diffIds[^1])
        {
            return chain;
        }

        return Find(diffIds[^1]) is { ImplicitFolders.Count: 0 } ? diffIds[^1] : null;
    }

    /// <summary>Makes an empty folder for a layer to be; <see cref="Name"/> or <see cref="End"/> must follow.</summary>
    /// <returns>The folder; its <c>root</c> is what the layer is unpacked into.</returns>
    public string Begin()
    {
        var name = $"{Building}{Guid.NewGuid():n}";
        lock (gate)
        {
            building.Add(name);
        }

        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(folder, Own);
        Directory.CreateDirectory(path, Own);
        var root = Path.Combine(path, "root");
        Directory.CreateDirectory(root);
        File.SetUnixFileMode(root, Own | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return path;
    }

    /// <summary>Gives a layer its name. Where there is one of that name, it is the same, and that one stays.</summary>
    public void Name(string path, Digest key, UnpackedLayer layer)
    {
        File.WriteAllText(Path.Combine(path, Facts), JsonSerializer.Serialize(layer with { Boot = boot }, StoreJson.Default.UnpackedLayer));
        lock (gate)
        {
            if (!Directory.Exists(FolderOf(key)))
            {
                Directory.Move(path, FolderOf(key));
            }
        }
    }

    /// <summary>Ends what <see cref="Begin"/> has begun, however far it came.</summary>
    public void End(string path)
    {
        FileTree.Delete(path);
        lock (gate)
        {
            building.Remove(Path.GetFileName(path));
        }
    }

    /// <summary>Keeps a layer from being removed until the answer is disposed, whether it is here yet or not.</summary>
    public IDisposable Hold(Digest key)
    {
        lock (gate)
        {
            held[key] = held.GetValueOrDefault(key) + 1;
        }

        return new Held(this, key);
    }

    /// <summary>Brings layers to the disk, so that the next boot of the host has them.</summary>
    public async Task SyncAsync(IReadOnlyList<Digest> keys)
    {
        var fresh = keys.Select(FolderOf).Where(static path => Directory.Exists(path) && !File.Exists(Path.Combine(path, OnDisk))).ToList();
        if (fresh.Count == 0)
        {
            return;
        }

        try
        {
            await Task.Run(() =>
            {
                FileTree.Sync(folder);
                foreach (var path in fresh.Where(Directory.Exists))
                {
                    File.WriteAllBytes(Path.Combine(path, OnDisk), []);
                    FileTree.SyncOne(path);
                }
            }).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            AgentLog.Error($"Could not bring the layers of an image in '{folder}' to the disk; the next boot makes them again", e);
        }
    }

    /// <summary>All layers that are here, with the size of their files.</summary>
    public IReadOnlyList<(Digest Key, UnpackedLayer Layer)> All() => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateDirectories(folder)
            .Select(static path => Digest.TryParse(Digest.Prefix + Path.GetFileName(path), out var key) ? (Key: key, Layer: Read(path)) : default)
            .Where(static found => found.Layer is not null)
            .Select(static found => (found.Key, found.Layer!))];

    /// <summary>Removes the layers that are not named and that nobody holds.</summary>
    /// <returns>How many bytes that has freed.</returns>
    public long Sweep(IReadOnlySet<Digest> named)
    {
        long freed = 0;
        Remove((path, name) =>
        {
            if (!Digest.TryParse(Digest.Prefix + name, out var key) || named.Contains(key) || held.ContainsKey(key))
            {
                return false;
            }

            freed += Read(path)?.Bytes ?? 0;
            return true;
        });
        return freed;
    }

    private string FolderOf(Digest key) => Path.Combine(folder, key.Hex);

    private static UnpackedLayer? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(path, Facts)), StoreJson.Default.UnpackedLayer);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    // Out of the way at once, and then file by file.
    private void Remove(Func<string, string, bool> isOld)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        lock (gate)
        {
            foreach (var path in Directory.EnumerateDirectories(folder).ToList())
            {
                var name = Path.GetFileName(path);
                if (!name.StartsWith(Removed, StringComparison.Ordinal) && !building.Contains(name) && isOld(path, name))
                {
                    Directory.Move(path, Path.Combine(folder, $"{Removed}{Guid.NewGuid():n}"));
                }
            }
        }

        foreach (var path in Directory.EnumerateDirectories(folder, Removed + "*"))
        {
            FileTree.Delete(path);
        }
    }

    private sealed class Held(UnpackedLayers layers, Digest key) : IDisposable
    {
        private UnpackedLayers? layers = layers;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref layers, null) is { } owner)
            {
                lock (owner.gate)
                {
                    if (--owner.held[key] == 0)
                    {
                        owner.held.Remove(key);
                    }
                }
            }
        }
    }
}
