using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers.Archives;
using Virt.Agent.Hosts;
using Virt.Agent.Images;
using Virt.Agent.Images.Archives;
using Virt.Agent.Images.Build;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Containers on their way to another host.</content>
public sealed partial class ContainerService
{
    private const string ArchiveExample = "Export-Container web -Path /srv/web.tar";

    /// <summary>
    /// Writes a container into an archive or a folder of the host: its image, what it and its patches have changed, and its settings. One that runs stands still while what it has written is packed.
    /// What lies in its volumes is no part of it.
    /// </summary>
    /// <exception cref="VirtException">NotFound (it, or its image); WrongState; InvalidArgument; AlreadyExists (the file); ResourceExhausted.</exception>
    public async Task<Container> ExportAsync(ExportContainer request, Call call)
    {
        var entry = Find("export", request.Id, request.Name);
        call.WorksOn(entry.Name);
        ArchivePath.Check("export", Kind, entry.Name, request.Path, ArchiveExample);
        ArchivePath.CheckForm(Kind, entry.Name, request.Path, $"Export-Container {entry.Name} -Path '{System.IO.Path.ChangeExtension(request.Path, "tar")}'");
        ArchivePath.CheckFree(Kind, entry.Name, request.Path);
        ContainerStates.CheckExport(entry.Name, entry.State);
        CheckFlat(entry, request);
        var image = request.Flat ? null : ImageOf("export", entry);
        if (call.WhatIf)
        {
            return Show(entry);
        }

        var partial = UnfinishedFiles.PartialOf(request.Path);
        try
        {
            await (request.Flat ? FlattenAsync(entry, partial, call) : WriteLayersAsync(entry, image, partial, call)).ConfigureAwait(false);
            await FaultPoint.ReachAsync(ContainerFaults.ExportFilled, call.Cancellation).ConfigureAwait(false);
            ArchivePath.Name(Kind, entry.Name, partial, request.Path);
            await FaultPoint.ReachAsync(ContainerFaults.ExportNamed, call.Cancellation).ConfigureAwait(false);
            return Show(entry);
        }
        catch (Exception e) when (LaunchError.IsFull(e))
        {
            throw new VirtException(ErrorCode.ResourceExhausted, "DiskFull", $"Cannot export container '{entry.Name}': there is no space left for '{request.Path}', or for what is packed meanwhile ({e.Message.TrimEnd('.')}).", entry.Name, "df -h", e);
        }
        finally
        {
            UnfinishedFiles.Remove(partial);
            using (await locks.EnterAsync(entry.Id, default).ConfigureAwait(false))
            {
                if (!entry.IsRemoved)
                {
                    entry.Set(table, entry.State, entry.Run, entry.Spec with { Exports = [.. entry.Spec.Exports.Where(path => path != partial)] });
                }
            }

            Store.Sweep(UsedImageLayers());
        }
    }

    private async Task WriteLayersAsync(ContainerEntry entry, OciImage? image, string partial, Call call)
    {
        await using var arrival = Store.Begin(entry.Name);
        var (whole, attachment) = await PackAsync(entry, image, partial, arrival, call).ConfigureAwait(false);
        var name = ImageReference.TryParse(entry.Name.ToLowerInvariant(), out var typed) ? ImageStore.LocalOf(typed) : null;
        var export = new ImageExport(Store, whole, name, call) { Attached = attachment, Title = $"container '{entry.Name}'" };
        await Task.Run(() => export.Write(partial, ContainerImageFormat.Oci)).ConfigureAwait(false);
    }

    private async Task<(OciImage Whole, ArchiveAttachment Attachment)> PackAsync(ContainerEntry entry, OciImage? image, string partial, ImageArrival arrival, Call call)
    {
        using var held = await LockAsync("export", entry, call).ConfigureAwait(false);
        ContainerStates.CheckExport(entry.Name, entry.State);
        entry.Set(table, entry.State, entry.Run, entry.Spec with { Exports = [.. entry.Spec.Exports, partial] });
        await FaultPoint.ReachAsync(ContainerFaults.ExportWritten, call.Cancellation).ConfigureAwait(false);
        var spec = entry.Spec;
        var pack = new ContainerPack(Store, arrival, new LayerPack(arrival, call.Cancellation), time);
        var activity = $"Exporting container '{entry.Name}'";
        call.Report(activity, $"Packing its image '{spec.Image}'");
        var below = image is null ? await pack.BeginAsync(spec.Rootfs, SeedOf(entry), FolderNameOf(spec.Image)).ConfigureAwait(false) : pack.Begin(image, spec.Image);
        var over = new List<ArchivedLayer>();
        foreach (var layer in spec.Layers.Reverse().Select(digest => layers.Find(digest)!))
        {
            var files = await pack.AddAsync(SourceOf(layer.Digest), layer.CreationTime).ConfigureAwait(false);
            over.Insert(0, new ArchivedLayer { Files = files, Layer = layer });
        }

        ArchivedBlob? writes = null;
        if (WritesOf(entry) is { } source)
        {
            call.Report(activity, "Packing what it has written");
            await InStandstillAsync(entry, "export", async () => writes = await pack.AddAsync(source, time.GetUtcNow()).ConfigureAwait(false), call).ConfigureAwait(false);
        }

        var network = spec.Attachment is { } attachment ? networks.NameOf(attachment.NetworkId) : spec.Network;
        var document = new ContainerArchive
        {
            AgentVersion = HostService.Version,
            Created = time.GetUtcNow(),
            Name = entry.Name,
            Image = below,
            Layers = over,
            Writes = writes,
            Spec = ContainerSettings.Portable(spec, network, FurtherNetworksOf(spec)) with { Image = image is null ? ImageReference.Parse(below.Name).Familiar : spec.Image },
            Publish = ContainerSettings.Texts(spec.Attachment?.Ports ?? []),
            AllowFrom = [.. spec.Attachment?.AllowFrom ?? []],
        }.Write();
        var manifest = OciDocument.ReadManifest(Store.Blobs.ReadDocument(below.Manifest), entry.Name);
        List<Digest> blobs = [below.Manifest, below.Root, manifest.Config.Digest];
        return (await pack.EndAsync(spec, entry.Name).ConfigureAwait(false), new ArchiveAttachment(ContainerArchive.FileName, ContainerArchive.Annotation, document, blobs));
    }

    // What a folder of files is called once it is an image.
    private static string FolderNameOf(string folder) => ImageStore.KeyOf(ImageStore.LocalOf(
        ImageReference.TryParse(folder.ToLowerInvariant(), out var name) ? name : ImageReference.Parse("imported")));

    // Under the container's lock. Whatever ends the agent, the next one lets it go on.
    private async Task InStandstillAsync(ContainerEntry entry, string verb, Func<Task> work, Call call)
    {
        if (entry.State != ContainerState.Running)
        {
            await work().ConfigureAwait(false);
            return;
        }

        await using var standstill = new Rollback();
        entry.Set(table, entry.State, entry.Run, entry.Spec with { StandsStill = true });
        standstill.Add($"let container '{entry.Name}' go on", () => new ValueTask(EndStandstillAsync(entry)));
        await FreezeAsync(entry, verb, call).ConfigureAwait(false);
        entry.Set(table, ContainerState.Paused, entry.Run);
        await FaultPoint.ReachAsync(ContainerFaults.ExportFrozen, call.Cancellation).ConfigureAwait(false);
        await work().ConfigureAwait(false);
        await FaultPoint.ReachAsync(ContainerFaults.ExportPacked, call.Cancellation).ConfigureAwait(false);
    }

    private async Task EndStandstillAsync(ContainerEntry entry)
    {
        if (ContainerStates.IsAlive(entry.State))
        {
            await GoOnAsync(entry).ConfigureAwait(false);
        }

        entry.Set(table, entry.State, entry.Run, entry.Spec with { StandsStill = false });
    }

    // An agent before this one was writing archives: what there is of them goes, and containers that stood still for it go on.
    private async Task UndoExportsAsync()
    {
        foreach (var entry in entries.Values.Where(static e => e.Spec.StandsStill || e.Spec.Exports.Count > 0).ToList())
        {
            foreach (var partial in entry.Spec.Exports)
            {
                TryRemoveArchive(partial);
            }

            await EndStandstillAsync(entry).ConfigureAwait(false);
            entry.Set(table, entry.State, entry.Run, entry.Spec with { Exports = [] });
        }
    }

    private static void TryRemoveArchive(string partial)
    {
        try
        {
            UnfinishedFiles.Remove(partial);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Linux.LinuxException)
        {
            AgentLog.Warning($"'{partial}', a part of an archive, could not be removed: {e.Message}");
        }
    }
}
