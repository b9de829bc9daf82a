using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Build;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>
    /// Makes an image of what a container's image has and what the container and its patches have changed. One that runs stands still meanwhile, so that its files fit together. What lies
    /// in its volumes is no part of it.
    /// </summary>
    /// <returns>The image; null where it only was to be checked.</returns>
    /// <exception cref="VirtException">NotFound; WrongState; DataLoss: its image is gone.</exception>
    public async Task<OciImage?> CommitAsync(NewContainerImage request, Call call)
    {
        var entry = Find("make an image of", request.ContainerId, request.Container);
        var below = ImageOf("make an image of", entry);
        if (call.WhatIf)
        {
            return null;
        }

        using var held = await LockAsync("make an image of", entry, call).ConfigureAwait(false);
        OciImage? image = null;
        await InStandstillAsync(
            entry,
            "make an image of",
            async () => image = await new ImageBuild(Store, request, time, call).RunAsync(below, below is null ? SeedOf(entry) : null, SourcesOf(entry), $"New-ContainerImage -Container {entry.Name}").ConfigureAwait(false),
            call).ConfigureAwait(false);
        return image;
    }

    // A folder of files is the lowest layer itself.
    private List<LayerSource> SourcesOf(ContainerEntry entry)
    {
        var spec = entry.Spec;
        var sources = new List<LayerSource>();
        if (spec.ImageLayers.Count == 0)
        {
            sources.Add(new LayerSource(spec.Rootfs, IsArchive: false, WithTop: true));
        }

        sources.AddRange(spec.Layers.Reverse().Select(SourceOf));
        if (WritesOf(entry) is { } writes)
        {
            sources.Add(writes);
        }

        return sources;
    }

    // Null where it is a folder of files.
    private OciImage? ImageOf(string verb, ContainerEntry entry) => entry.Spec.ImageLayers.Count == 0 ? null : Store.Find(entry.Spec.ImageDigest) ?? throw new VirtException(
        ErrorCode.NotFound, "ContainerImageNotFound", $"Cannot {verb} container '{entry.Name}': its image '{entry.Spec.Image}' was removed.", entry.Spec.Image, $"Save-ContainerImage '{entry.Spec.Image}'");

    private LayerSource SourceOf(string layer) => new(layers.RootOf(layer), IsArchive: false, WithTop: false);

    // What it has written itself; null: it was never started.
    private LayerSource? WritesOf(ContainerEntry entry)
    {
        var upper = FolderOf(entry).Upper;
        return Directory.Exists(upper)
            ? new LayerSource(upper, IsArchive: false, WithTop: false) { IsLeftOut = static path => Rootfs.OwnFiles.Contains(path, StringComparer.Ordinal) }
            : null;
    }

    private OciRunConfig SeedOf(ContainerEntry entry)
    {
        var image = findBase(entry.Spec.Image, $"Cannot make an image of container '{entry.Name}'");
        return new OciRunConfig { Cmd = image.Command, Env = [.. image.Environment.Select(static pair => $"{pair.Key}={pair.Value}")] };
    }
}
