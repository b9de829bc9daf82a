using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using Virt.Linux.Files;

namespace Virt.Agent.Containers;

/// <summary>
/// The layers on this host: a folder for each, named after its digest, with <c>layer.json</c> and <c>root/</c>. A layer never changes, may be under any
/// number of containers, and goes when no container's present or former generation names it.
/// </summary>
internal sealed class LayerStore
{
    private const string Prefix = "sha256:";
    private const string Building = ".building-";
    private const string Removed = ".removed-";
    private readonly string folder;
    private readonly Func<IReadOnlySet<string>> used;
    private readonly Lock gate = new();
    private readonly List<string> held = [];

    /// <param name="folder">Where they lie; made with the first.</param>
    /// <param name="used">The digests that are named now.</param>
    public LayerStore(string folder, Func<IReadOnlySet<string>> used)
    {
        this.folder = folder;
        this.used = used;
    }

    /// <summary>The digests that these containers name.</summary>
    public static IReadOnlySet<string> UsedBy(IEnumerable<ContainerSpec> specs) =>
        specs.SelectMany(spec => spec.Layers.Concat(spec.Previous?.Layers ?? []).Concat(spec.Built is { } built ? [built] : [])).ToHashSet(StringComparer.Ordinal);

    /// <summary>The folder that goes under a container.</summary>
    public string RootOf(string digest) => Path.Combine(FolderOf(digest), "root");

    /// <summary>What is known of a layer; null where it is not here.</summary>
    public ContainerLayer? Find(string digest)
    {
        var path = Path.Combine(FolderOf(digest), "layer.json");
        return digest.StartsWith(Prefix, StringComparison.Ordinal) && digest[Prefix.Length..].All(char.IsAsciiHexDigitLower) && File.Exists(path)
            ? JsonSerializer.Deserialize(File.ReadAllText(path), ContainerJson.Default.ContainerLayer)
            : null;
    }

    /// <summary>Keeps a layer from being swept until the answer is disposed: between the look at it and the container that names it.</summary>
    public IDisposable Hold(string digest)
    {
        lock (gate)
        {
            held.Add(digest);
        }

        return new Held(this, digest);
    }

    /// <summary>Takes a tree over as the root of a layer to be; its folder is removed at the agent's next start if it does not come to its end.</summary>
    /// <param name="tree">Where it lies now, on the same file system.</param>
    /// <param name="id">Names it meanwhile.</param>
    /// <returns>The layer's folder for now.</returns>
    public string Begin(string tree, Guid id)
    {
        var building = Path.Combine(folder, $"{Building}{id:n}");
        lock (gate)
        {
            held.Add(Path.GetFileName(building));
        }

        Directory.CreateDirectory(building, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.Move(tree, Path.Combine(building, "root"));
        return building;
    }

    /// <summary>Brings it all to the disk, before it gets its name.</summary>
    public static void Write(string building, ContainerLayer layer)
    {
        File.WriteAllText(Path.Combine(building, "layer.json"), JsonSerializer.Serialize(layer, ContainerJson.Default.ContainerLayer));
        FileTree.Sync(building);
    }

    /// <summary>Gives it its name. Where there is one of that name, it is the same, and that one stays.</summary>
    public void Name(string building, ContainerLayer layer)
    {
        lock (gate)
        {
            if (Directory.Exists(FolderOf(layer.Digest)))
            {
                return;
            }

            Directory.Move(building, FolderOf(layer.Digest));
            FileTree.SyncOne(folder);
        }
    }

    /// <summary>Ends what <see cref="Begin"/> has begun, however far it came.</summary>
    public void End(string building)
    {
        FileTree.Delete(building);
        Release(Path.GetFileName(building));
    }

    /// <summary>Removes what nobody names, and what an agent before this one had half built.</summary>
    public void Sweep()
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        lock (gate)
        {
            var named = used();
            foreach (var path in Directory.EnumerateDirectories(folder).ToList())
            {
                var name = Path.GetFileName(path);
                if (!name.StartsWith(Removed, StringComparison.Ordinal) && !named.Contains(Prefix + name) && !held.Contains(name) && !held.Contains(Prefix + name))
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

    private string FolderOf(string digest) => Path.Combine(folder, digest.StartsWith(Prefix, StringComparison.Ordinal) ? digest[Prefix.Length..] : ".none");

    private void Release(string name)
    {
        lock (gate)
        {
            held.Remove(name);
        }
    }

    private sealed class Held(LayerStore store, string digest) : IDisposable
    {
        public void Dispose() => store.Release(digest);
    }
}
