using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers.Archives;
using Virt.Agent.Images;
using Virt.Agent.Images.Archives;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Containers that come from another host.</content>
public sealed partial class ContainerService
{
    /// <summary>Makes a container of an archive, or of a folder, that <see cref="ExportAsync"/> has written: the same settings and what it had written, and an identity of its own. It is not started.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotFound: the archive, or a volume, network, folder or device that the container has; AlreadyExists; DataLoss: it is none, or damaged; NotSupported: it is of a newer agent, or for another machine; ResourceExhausted.</exception>
    public async Task<Container> ImportAsync(ImportContainer request, Call call)
    {
        ArchivePath.Check("import", Kind, request.Name.Length > 0 ? request.Name : Path.GetFileName(request.Path), request.Path, ArchiveExample);
        ArchivePath.CheckThere(request.Path);

        // Read before the rest, so that what cannot be is refused before anything is stored.
        var input = new ArchiveInput(Store, request.Path, ArchiveWords.Container, call);
        var document = await input.FindAsync(ContainerArchive.FileName).ConfigureAwait(false) ?? throw new VirtException(
            ErrorCode.InvalidArgument, "NotAContainerArchive", $"Cannot import '{request.Path}': it has no '{ContainerArchive.FileName}', so it holds images and no container.", request.Path, $"Import-ContainerImage -Path '{request.Path}'");
        var archive = ContainerArchive.Read(document, request.Path);
        var wanted = ContainerSettings.RequestOf(archive, request);
        ResourceName.Check("import", Kind, wanted.Name!);
        call.WorksOn(wanted.Name!);
        var entry = NewImported(wanted, archive, call.WhatIf);
        var note = ContainerSettings.NoteOf(entry.Spec);
        if (call.WhatIf)
        {
            return Show(entry) with { Status = note };
        }

        using (await locks.EnterAsync(entry.Id, default).ConfigureAwait(false))
        {
            entries[entry.Id] = entry;
            await using var rollback = new Rollback();
            rollback.Add($"remove container '{entry.Name}'", () => new ValueTask(UndoImportAsync(entry)));
            await FaultPoint.ReachAsync(ContainerFaults.ImportWritten, call.Cancellation).ConfigureAwait(false);
            await input.ReadAsync(entry.Name, (files, arrival) => TakeAsync(entry, archive, Digest.Of(document), input, files, arrival, call)).ConfigureAwait(false);
            rollback.Commit();
        }

        await FaultPoint.ReachAsync(ContainerFaults.ImportMade).ConfigureAwait(false);
        Store.Sweep(UsedImageLayers());
        return Show(entry) with { Status = note };
    }

    // Its row says from the first moment on that it is not whole.
    private ContainerEntry NewImported(NewContainer wanted, ContainerArchive archive, bool whatIf)
    {
        var name = wanted.Name!;
        var settings = NewContainerCheck.ToSpec(name, wanted, new ContainerBase(archive.Spec.Image, "", [], new Dictionary<string, string>(StringComparer.Ordinal), ""));
        if (FindByName(name) is not null)
        {
            throw ResourceName.Taken("import", Kind, name);
        }

        var id = Guid.NewGuid();
        var spec = TakePlace(id, name, wanted, settings, whatIf);
        var row = ContainerEntry.NewRow(id, name, ContainerState.Creating, spec, null, time.GetUtcNow());
        var entry = new ContainerEntry(row, events);
        if (!whatIf && !table.TryInsert(row))
        {
            Leave(entry);
            throw ResourceName.Taken("import", Kind, name);
        }

        return entry;
    }

    // Under its lock. The blobs are held until its row names what is made of them.
    private async Task<bool> TakeAsync(ContainerEntry entry, ContainerArchive archive, Digest document, ArchiveInput input, IImageFiles files, ImageArrival arrival, Call call)
    {
        await CheckWholeAsync(document, archive, input, files, arrival).ConfigureAwait(false);
        var image = await TakeImageAsync(entry, archive.Image, arrival, call).ConfigureAwait(false);
        await FaultPoint.ReachAsync(ContainerFaults.ImportImage, call.Cancellation).ConfigureAwait(false);
        var holds = new List<IDisposable>();
        try
        {
            var digests = new List<string>();
            foreach (var layer in archive.Layers.Reverse())
            {
                digests.Insert(0, await Task.Run(() => TakeLayer(entry, layer, holds, call)).ConfigureAwait(false));
            }

            if (archive.Writes is { } writes)
            {
                call.Report($"Importing container '{entry.Name}'", "Unpacking what it has written", 95);
                await Task.Run(() => TakeWrites(entry, writes, call)).ConfigureAwait(false);
            }

            await FaultPoint.ReachAsync(ContainerFaults.ImportFilled, call.Cancellation).ConfigureAwait(false);
            entry.Set(table, ContainerState.Created, null, entry.Spec with { ImageLayers = [.. Store.LowersOf(image).Select(static key => key.ToString())], Layers = digests, Arriving = "" });
            return true;
        }
        catch (Exception e) when (e is LinuxException or IOException)
        {
            throw LaunchError.OfImport(entry.Name, e);
        }
        finally
        {
            holds.ForEach(static hold => hold.Dispose());
        }
    }

    // All that the archive names is in it, and is what it says.
    private async Task CheckWholeAsync(Digest document, ContainerArchive archive, ArchiveInput input, IImageFiles files, ImageArrival arrival)
    {
        var index = OciDocument.ReadIndex(await input.DocumentAsync(files, OciLayout.IndexFile).ConfigureAwait(false), archive.Name);
        var (found, _) = await input.StoreAsync(files, ContainerArchive.FileName).ConfigureAwait(false);
        if (found != document || index.Manifests.All(one => one.Annotations?.GetValueOrDefault(ContainerArchive.Annotation) != found.ToString()))
        {
            throw input.Damaged($"its '{ContainerArchive.FileName}' is not the one that its '{OciLayout.IndexFile}' names");
        }

        var manifest = OciDocument.ReadManifest(await BlobAsync(archive.Image.Manifest).ConfigureAwait(false), archive.Name);
        await BlobAsync(archive.Image.Root).ConfigureAwait(false);
        foreach (var blob in manifest.Layers.Append(manifest.Config).Select(static one => one.Digest)
            .Concat(archive.Layers.Select(static layer => layer.Files.Blob)).Concat(archive.Writes is { } writes ? [writes.Blob] : []))
        {
            await BlobAsync(blob).ConfigureAwait(false);
        }

        Task<byte[]> BlobAsync(Digest digest)
        {
            arrival.Has(digest);
            return input.BlobAsync(files, digest);
        }
    }

    // It is written beforehand that the image comes with the container, so that it goes with it where this fails. One that was here stays what it is.
    private async Task<OciImage> TakeImageAsync(ContainerEntry entry, ArchivedImage archived, ImageArrival arrival, Call call)
    {
        var platform = Store.SpecOf(entry.Spec.Image, archived.Manifest).Platform;
        if (platform is { Os.Length: > 0, Architecture.Length: > 0 } && !OciPlatform.Host.Runs(platform))
        {
            throw new VirtException(ErrorCode.NotSupported, "ImagePlatformMismatch", $"Cannot import container '{entry.Name}': its image '{entry.Spec.Image}' is for {platform}, and this host runs {OciPlatform.Host}.", entry.Name, "Get-VirtHost | Select-Object Name, Architecture");
        }

        var digest = archived.Manifest.ToString();
        var known = Store.Find(digest);
        entry.Set(table, ContainerState.Creating, null, entry.Spec with { ImageDigest = digest, Arriving = known is null ? digest : "" });
        if (known is not null)
        {
            await Store.EnsureUnpackedAsync(known, call.Cancellation).ConfigureAwait(false);
            return Store.Find(digest) ?? await arrival.CommitAsync(null, archived.Manifest, archived.Manifest, call).ConfigureAwait(false);
        }

        // A name that stands for another image here goes on to do so.
        var name = ImageReference.TryParse(archived.Name, out var said) && Store.Find(said) is null ? said : null;
        return await arrival.CommitAsync(name, archived.Root, archived.Manifest, call).ConfigureAwait(false);
    }

    private string TakeLayer(ContainerEntry entry, ArchivedLayer archived, List<IDisposable> holds, Call call)
    {
        var tree = FolderOf(entry).MakeArriving();
        Unpack(entry, archived.Files, tree, call);
        var building = layers.Begin(tree, Guid.NewGuid());
        try
        {
            var root = Path.Combine(building, "root");
            var layer = archived.Layer with { Digest = "sha256:" + TreeDigest.Compute(root, FileTree.Entries(root), archived.Layer.Parent) };
            LayerStore.Write(building, layer);
            holds.Add(layers.Hold(layer.Digest));
            layers.Name(building, layer);
            return layer.Digest;
        }
        finally
        {
            layers.End(building);
        }
    }

    private void TakeWrites(ContainerEntry entry, ArchivedBlob writes, Call call)
    {
        var folder = FolderOf(entry);
        folder.BeginImport();
        Unpack(entry, writes, folder.Upper, call);
        ContainerIdentity.Forget(folder.Upper);
        folder.EndCopy();
    }

    private void Unpack(ContainerEntry entry, ArchivedBlob files, string folder, Call call)
    {
        using var packed = Store.Blobs.OpenRead(files.Blob);
        new LayerUnpacker(Store.Limit).Unpack(packed, packed.Length, files.DiffId, folder, entry.Name, call.Cancellation);
    }

    // The container, and the image that has come with it where nobody else has a use for it by now.
    private async Task UndoImportAsync(ContainerEntry entry)
    {
        var arriving = entry.Spec.Arriving;
        await RemoveAsync(entry).ConfigureAwait(false);
        if (arriving.Length > 0 && Digest.TryParse(arriving, out var image) && NamesOf(image).Count == 0)
        {
            Store.Remove(image);
        }

        layers.Sweep();
        if (images is not null)
        {
            Store.Sweep(UsedImageLayers());
        }
    }
}
