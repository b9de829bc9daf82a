using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Images;

public sealed partial class ImageService
{
    private static readonly TimeSpan PartialAge = TimeSpan.FromDays(1);

    /// <summary>Removes an image, or one of its names where it has others.</summary>
    /// <exception cref="VirtException">NotFound; NotSupported; WrongState: containers were made from it.</exception>
    public async Task<Nothing> RemoveAsync(RemoveContainerImage request, Call call)
    {
        var image = Find("remove", request.Id, request.Name);
        var title = request.Name.Length > 0 ? request.Name : image.Title;
        call.WorksOn(title);
        var name = ImageReference.TryParse(request.Name, out var reference) ? image.Names.FirstOrDefault(row => Means(row.Name, reference)) : null;
        var isNameOnly = name is not null && image.Names.Count > 1;
        if (!isNameOnly && !request.Force && containersOf(image.Id) is { Count: > 0 } users)
        {
            throw new VirtException(
                ErrorCode.WrongState,
                "ContainerImageInUse",
                $"Cannot remove {Kind} '{title}': {(users.Count == 1 ? "the container" : "the containers")} {string.Join(", ", users.Take(5).Select(static one => $"'{one}'"))}{(users.Count > 5 ? " and others" : "")} {(users.Count == 1 ? "was" : "were")} made from it.",
                title,
                $"Remove-Container {users[0]}");
        }

        if (call.WhatIf)
        {
            return new Nothing();
        }

        if (isNameOnly)
        {
            store.RemoveName(name!.Name);
        }
        else
        {
            store.Remove(image.Id);
        }

        await FaultPoint.ReachAsync(ImageFaults.Removed).ConfigureAwait(false);
        Sweep();
        return new Nothing();
    }

    /// <summary>Removes images that no container was made from, and what half-finished work has left.</summary>
    public Task<ContainerImageCleanup> OptimizeAsync(OptimizeContainerImage request, Call call)
    {
        var all = store.All();
        var before = time.GetUtcNow() - request.OlderThan;
        var unused = all
            .Where(image => containersOf(image.Id).Count == 0 && image.Used <= before && (!request.KeepNamed || image.Names.Count == 0))
            .OrderBy(static image => image.Used).ToList();
        var removed = new List<OciImage>();
        long freed = 0;
        foreach (var image in unused)
        {
            if (request.FreeBytes > 0 && freed >= request.FreeBytes)
            {
                break;
            }

            removed.Add(image);
            freed = store.BytesOf(removed, usedLayers());
        }

        if (!call.WhatIf)
        {
            foreach (var image in removed)
            {
                call.Report("Removing unused images", image.Title);
                store.Remove(image.Id);
            }

            freed = Sweep() + store.Blobs.SweepPartial(time.GetUtcNow() - PartialAge);
        }

        return Task.FromResult(new ContainerImageCleanup { Images = [.. removed.Select(static image => image.Title)], FreedBytes = freed, KeptCount = all.Count - removed.Count });
    }

    /// <summary>Removes what nothing names: after an image has gone, and at the agent's start.</summary>
    public long Sweep() => store.Sweep(usedLayers());

    private static bool Means(string key, ImageReference name) => key == ImageStore.KeyOf(name) || key == ImageStore.KeyOf(ImageStore.LocalOf(name));
}
