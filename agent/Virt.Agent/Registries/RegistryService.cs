using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Agent.Images.Store;
using Virt.Agent.Operations;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <summary>Brings images from registries and to them, and tells which are out of date.</summary>
public sealed partial class RegistryService
{
    private const string Kind = "pull";
    private const string Phase = "Saving";

    private readonly RegistryHttp http;
    private readonly ImageStore store;
    private readonly ResourceTable table;
    private readonly Func<OciImage, ContainerImage> show;
    private readonly Func<IReadOnlyList<ImageUse>> uses;
    private readonly Func<string, bool> isFolder;
    private readonly Repack repack;
    private readonly Pack pack;
    private readonly ConcurrentDictionary<string, IReadOnlyList<IDisposable>> kept = new(StringComparer.Ordinal);

    /// <param name="http">The connections.</param>
    /// <param name="store">The images of this host.</param>
    /// <param name="table">What is being saved.</param>
    /// <param name="show">Shows an image as Get-ContainerImage does.</param>
    /// <param name="uses">Which containers are made from which images.</param>
    /// <param name="isFolder">Which names are images of the host's own, which no registry has.</param>
    /// <param name="repack">Compresses the layers of an image anew.</param>
    /// <param name="pack">Makes an image of a folder.</param>
    public RegistryService(
        RegistryHttp http, ImageStore store, ResourceTable table, Func<OciImage, ContainerImage> show, Func<IReadOnlyList<ImageUse>> uses, Func<string, bool> isFolder, Repack repack, Pack pack)
    {
        this.http = http;
        this.store = store;
        this.table = table;
        this.show = show;
        this.uses = uses;
        this.isFolder = isFolder;
        this.repack = repack;
        this.pack = pack;
    }

    /// <summary>Does something with an image whose layers are compressed as they are wanted.</summary>
    public delegate Task<ContainerImagePublication> Repack(OciImage image, string title, ContainerImageCompression compression, Call call, Func<OciImage, Task<ContainerImagePublication>> work);

    /// <summary>Does something with a folder of files as an image of one layer.</summary>
    public delegate Task<ContainerImagePublication> Pack(string name, Call call, Func<OciImage, Task<ContainerImagePublication>> work);

    /// <summary>
    /// Keeps what has come of images that the agent before this one was saving from being swept: until they are saved, or the agent after this one.
    /// To be called before anything is swept.
    /// </summary>
    public void Keep()
    {
        foreach (var spec in table.Load(Kind).Select(static row => JsonSerializer.Deserialize(row.Spec, PullJson.Default.PullSpec)!))
        {
            kept[spec.Name] = [.. store.Blobs.All().Select(blob => store.Blobs.Hold(blob.Digest))];
        }
    }

    /// <summary>Goes on with what the agent before this one was saving. What its user's credentials are needed for ends; what has come of it is kept for the next time.</summary>
    public void Recover(OperationService operations)
    {
        foreach (var row in table.Load(Kind))
        {
            var spec = JsonSerializer.Deserialize(row.Spec, PullJson.Default.PullSpec)!;
            var request = new SaveContainerImage { Name = spec.Name, Platform = spec.Platform };
            if (spec.HadCredential || operations.Resume(row.Id, Methods.SaveContainerImage, call => SaveAsync(request, call, row)) is null)
            {
                table.Delete(row.Id);
            }
        }
    }

    /// <summary>Gets an image from its registry.</summary>
    /// <exception cref="VirtException">InvalidArgument; what registries fail with; DiskFull.</exception>
    public Task<ContainerImage> SaveAsync(SaveContainerImage request, Call call)
    {
        if (call.WhatIf || call.OperationId == Guid.Empty)
        {
            return PullAsync(request, call);
        }

        var spec = new PullSpec { Name = request.Name, Platform = request.Platform, HadCredential = request.Credential is not null };
        var row = new ResourceRow
        {
            Id = call.OperationId,
            Kind = Kind,
            Name = call.OperationId.ToString(),
            Phase = Phase,
            Spec = JsonSerializer.Serialize(spec, PullJson.Default.PullSpec),
            Created = http.Time.GetUtcNow(),
        };
        call.WorksOn(request.Name);
        call.Keep();
        table.TryInsert(row);
        return SaveAsync(request, call, row);
    }

    /// <summary>Sends an image of this host to a registry.</summary>
    /// <exception cref="VirtException">NotFound, InvalidArgument; what registries fail with.</exception>
    public Task<ContainerImagePublication> PublishAsync(PublishContainerImage request, Call call)
    {
        if (isFolder(request.Name))
        {
            return pack(request.Name, call, image => PublishAsync(request, image, call));
        }

        return PublishAsync(request, store.Find(request.Name) ?? throw NotFound("publish", request.Name), call);
    }

    private Task<ContainerImagePublication> PublishAsync(PublishContainerImage request, OciImage image, Call call)
    {
        var destination = ImageReference.Parse(request.Destination.Length > 0 ? request.Destination : image.Names.Count > 0 && !ImageReference.TryParse(request.Name, out _) ? image.Title : request.Name, "publish");
        if (destination.Digest is not null)
        {
            throw new VirtException(
                ErrorCode.InvalidArgument,
                "InvalidImageName",
                $"Cannot publish image '{request.Name}': '{destination}' has a digest; it is published under a tag.",
                request.Name,
                $"Publish-ContainerImage {request.Name} -Destination {destination.FamiliarRepository}:latest");
        }

        call.WorksOn(destination.Familiar);
        var task = new RegistryTask("publish", destination, request.Credential);
        return repack(image, image.Title, call.WhatIf ? ContainerImageCompression.AsIs : request.Compression, call, packed => new ImagePush(http, store, packed, task, call).RunAsync());
    }

    private async Task<ContainerImage> SaveAsync(SaveContainerImage request, Call call, ResourceRow row)
    {
        try
        {
            await FaultPoint.ReachAsync(PullFaults.Written, call.Cancellation).ConfigureAwait(false);
            var image = await PullAsync(request, call).ConfigureAwait(false);
            await FaultPoint.ReachAsync(PullFaults.Committed, call.Cancellation).ConfigureAwait(false);
            return image;
        }
        finally
        {
            table.Delete(row.Id);
        }
    }

    private async Task<ContainerImage> PullAsync(SaveContainerImage request, Call call)
    {
        var task = new RegistryTask("save", ImageReference.Parse(request.Name, "save"), request.Credential);
        call.WorksOn(task.Image.Familiar);
        var image = await new ImagePull(http, store, task, request.Platform, call).RunAsync().ConfigureAwait(false);
        if (image is not null && kept.TryRemove(request.Name, out var holds))
        {
            foreach (var hold in holds)
            {
                hold.Dispose();
            }
        }

        return image is null ? new ContainerImage { Name = task.Image.Familiar } : show(image) with { Name = task.Image.Familiar };
    }

    private VirtException NotFound(string verb, string name)
    {
        var nearest = NearestName.Of(name, store.All().SelectMany(static image => image.Names).Select(static row => ImageReference.TryParse(row.Name, out var reference) ? reference.Familiar : row.Name));
        return new VirtException(
            ErrorCode.NotFound,
            "ContainerImageNotFound",
            $"Cannot {verb} image '{name}': no image of that name came from a registry or an archive{(nearest is null ? "." : $"; did you mean '{nearest}'?")}",
            name,
            nearest is null ? "Get-ContainerImage" : $"Get-ContainerImage {nearest}");
    }
}
