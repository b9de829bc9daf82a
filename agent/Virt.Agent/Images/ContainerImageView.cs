using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Images;

/// <summary>Images of containers as Get-ContainerImage gives them: one object for each name.</summary>
internal static class ContainerImageView
{
    /// <summary>A folder of files.</summary>
    public static ContainerImage Of(StoredImage<ContainerImageManifest> image) => new()
    {
        Name = image.Name,
        Description = image.Manifest.Description,
        Architecture = image.Manifest.Architecture,
        SizeBytes = image.SizeBytes,
        Command = [.. image.Manifest.Command],
        Environment = image.Manifest.Environment,
        Id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(image.Folder)).AsSpan(0, 16)),
        Repository = image.Name,
    };

    /// <summary>The id by which an image in the store is found again.</summary>
    public static Guid IdOf(OciImage image) => new(Convert.FromHexString(image.Id.Hex).AsSpan(0, 16));

    /// <summary>An image in the store, by one of its names.</summary>
    /// <param name="store">The store.</param>
    /// <param name="image">The image.</param>
    /// <param name="name">The name's key; null: it has none.</param>
    /// <param name="containers">The containers that were made from it.</param>
    /// <exception cref="VirtException">DataLoss: its config is gone or damaged.</exception>
    public static ContainerImage Of(ImageStore store, OciImage image, string? name, IReadOnlyList<string> containers)
    {
        var config = OciDocument.ReadConfig(store.Blobs.ReadDocument(image.Spec.Config.Digest), image.Title);
        var run = config.Config ?? new OciRunConfig();
        var reference = name is not null && ImageReference.TryParse(name, out var parsed) ? parsed : null;
        var root = image.Names.FirstOrDefault(row => row.Name == name)?.Root ?? image.Id.ToString();
        var labels = new Dictionary<string, string>(run.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        return new ContainerImage
        {
            Name = reference?.Familiar ?? image.Id.Short,
            Description = labels.GetValueOrDefault("org.opencontainers.image.description") ?? labels.GetValueOrDefault("org.opencontainers.image.title") ?? "",
            Architecture = image.Spec.Platform.Architecture switch { "amd64" => "x64", var other => other },
            SizeBytes = image.Spec.Layers.Select(static layer => layer.Unpacked).OfType<Digest>().Distinct().Sum(key => store.Layers.Find(key)?.Bytes ?? 0),
            Command = [.. run.Cmd ?? []],
            Environment = (run.Env ?? []).Select(static one => one.Split('=', 2)).GroupBy(static pair => pair[0], StringComparer.Ordinal).ToDictionary(static pair => pair.Key, static pair => pair.Last().ElementAtOrDefault(1) ?? "", StringComparer.Ordinal),
            Id = IdOf(image),
            Digest = image.Id.ToString(),
            IndexDigest = root,
            Repository = reference?.FamiliarRepository ?? "",
            Tag = reference?.Digest is null ? reference?.Tag ?? "" : "",
            CreationTime = image.Spec.Created,
            AddedTime = image.Added,
            Platform = image.Spec.Platform.ToString(),
            Platforms = PlatformsOf(store, image, root),
            Labels = labels,
            Entrypoint = [.. run.Entrypoint ?? []],
            User = run.User ?? "",
            WorkingDirectory = run.WorkingDir ?? "",
            ExposedPorts = [.. (run.ExposedPorts?.Keys ?? []).Order(StringComparer.Ordinal)],
            Volumes = [.. (run.Volumes?.Keys ?? []).Order(StringComparer.Ordinal)],
            StopSignal = run.StopSignal ?? "",
            Layers = [.. image.Spec.Layers.Select(static layer => layer.DiffId.ToString())],
            History = StepsOf(image, config),
            Containers = [.. containers],
        };
    }

    // Steps that changed no file have no layer: the layers belong to the others in their order.
    private static ContainerImageStep[] StepsOf(OciImage image, OciImageConfig config)
    {
        var next = 0;
        var steps = new List<ContainerImageStep>();
        foreach (var step in config.History ?? [])
        {
            var layer = step.EmptyLayer || next >= image.Spec.Layers.Count ? null : image.Spec.Layers[next++];
            steps.Add(new ContainerImageStep { CreationTime = step.Created, Command = step.CreatedBy ?? "", Comment = step.Comment ?? "", HasLayer = layer is not null, SizeBytes = layer?.Size ?? 0 });
        }

        return [.. steps];
    }

    private static string[] PlatformsOf(ImageStore store, OciImage image, string root)
    {
        if (root == image.Id.ToString() || !Digest.TryParse(root, out var digest) || !store.Blobs.Has(digest))
        {
            return [image.Spec.Platform.ToString()];
        }

        var index = OciDocument.ReadIndex(store.Blobs.ReadDocument(digest), image.Title);
        return [.. index.Manifests.Select(static manifest => manifest.Platform).OfType<OciPlatform>().Where(static platform => platform.Os != "unknown").Select(static platform => platform.ToString()).Distinct(StringComparer.Ordinal)];
    }
}
