using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Hosts;
using Virt.Agent.Images.Archives;
using Virt.Agent.Vms.Archives;
using Virt.Linux;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Export-VM (docs/adr/0023): the disks are read from layers that the machine's own row claims, so that the machine is free meanwhile.</summary>
public sealed partial class VmService
{
    // A memory goes into the QEMU that wrote it, with the devices and the identity of then; and one of a stranger's making is nothing for a QEMU to read.
    private const string SavedLeft = "What is saved of its memory is not part of the archive: what is made of it starts from its disks, as after a loss of power.";
    private const string ArchiveExample = "Export-VM web01 -Path /srv/web01";

    /// <summary>Writes a machine into a folder of the host. One that runs stands still for a moment.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument (the path); AlreadyExists; ResourceExhausted; Unavailable (QEMU).</exception>
    public async Task<VM> ExportAsync(ExportVM request, Call call)
    {
        const string Verb = "export";
        var entry = Find(Verb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        CheckExportPath(entry, request.Path);
        VmStates.CheckExport(entry.Name, entry.State);
        CheckAllHeld(Verb, entry);
        FirmwareRom.CheckExport(entry.Name, entry.Spec);
        var since = SinceOf(entry, request.Since);
        CheckSpaceToExport(entry, AboveAll(entry, since, entry.Spec.HeldDisks().Select(static held => (held.Drive, (IReadOnlyList<VmDiskLayer>)[.. held.Layers()]))), request.Path);
        string[] left = [CheckpointsOf(entry).Any(static c => c.IsVisible) ? "Its checkpoints are not part of the archive." : "", entry.State == VMState.Saved ? SavedLeft : ""];
        var note = string.Join(' ', left.Where(static words => words.Length > 0));
        if (call.WhatIf)
        {
            return Show(entry) with { Status = note };
        }

        await ExportToAsync(entry, request.Path, partial => BeginExportAsync(entry, since, partial, call), call).ConfigureAwait(false);
        return Show(entry) with { Status = note };
    }

    private static void CheckExportPath(VmEntry entry, string path)
    {
        ArchivePath.Check("export", MemberKind, entry.Name, path, ArchiveExample);
        if (ArchivePath.IsFile(path))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidPath", $"Cannot export VM '{entry.Name}': '{path}' is the name of a tar archive; a VM is written into a folder.", path, ArchiveExample);
        }

        ArchivePath.CheckForm(MemberKind, entry.Name, path, ArchiveExample, isFolder: true);
        ArchivePath.CheckFree(MemberKind, entry.Name, path);
    }

    private static void CheckSpaceToExport(VmEntry entry, IEnumerable<string> files, string path) =>
        CheckSpaceToFlatten("export", entry.Name, files.Sum(SizeOf), Path.GetDirectoryName(path.TrimEnd('/'))!);

    // What is begun claims by the machine's row what is read after that.
    private async Task ExportToAsync(VmEntry entry, string path, Func<string, Task<(VmArchive Archive, IReadOnlyList<VmExportDisk> Disks)>> begin, Call call)
    {
        var partial = UnfinishedFiles.PartialOf(path);
        try
        {
            var (archive, chains) = await begin(partial).ConfigureAwait(false);
            await WriteExportAsync(entry, archive, chains, partial, call).ConfigureAwait(false);
            await FaultPoint.ReachAsync(VmArchiveFaults.ExportFilled, call.Cancellation).ConfigureAwait(false);
            ArchivePath.Name(MemberKind, entry.Name, partial, path);
            await FaultPoint.ReachAsync(VmArchiveFaults.ExportNamed, call.Cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException)
        {
            throw new VirtException(ErrorCode.ResourceExhausted, "ArchiveNotWritten", $"Cannot export VM '{entry.Name}': '{path}' cannot be written ({VmErrors.Sentence(e.Message)}).", path, "df -h", e);
        }
        finally
        {
            using var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
            if (!entry.IsRemoved)
            {
                EndExport(entry, partial);
                await TryCollapseAsync(entry).ConfigureAwait(false);
            }
        }
    }

    // Under the lock, for a moment: the row claims what will be read, and the machine goes on with new layers on top of that.
    private async Task<(VmArchive Archive, IReadOnlyList<VmExportDisk> Disks)> BeginExportAsync(VmEntry entry, CheckpointEntry? since, string partial, Call call)
    {
        const string Verb = "export";
        using var held = await LockAsync(Verb, entry, call).ConfigureAwait(false);
        VmStates.CheckExport(entry.Name, entry.State);
        CheckAllHeld(Verb, entry);
        var spec = entry.Spec;
        FirmwareRom.CheckExport(entry.Name, spec);
        var from = UntouchedBase(entry);
        var fresh = from is null && spec.HeldDisks().Any() ? NewBase(Verb, entry) : null;
        CheckSinceIsThere(entry, since);
        IReadOnlyList<VmExportDisk> chains = [.. spec.HeldDisks().Select(held => ToExport(entry, held.Drive, from is not null ? CheckpointTree.Chain(CheckpointsOf(entry), from.Id, held.Drive) : [.. held.Layers()], since))];
        await ClaimAsync(entry, partial, chains, call).ConfigureAwait(false);
        if (fresh is not null)
        {
            call.Report($"Exporting VM '{entry.Name}'", "putting new layers on its disks");
            await MakeCheckpointAsync(Verb, entry, VmStates.IsAlive(entry.State) ? entry.Session : null, fresh, CheckpointPhase.Hidden, call).ConfigureAwait(false);
        }

        await FaultPoint.ReachAsync(VmArchiveFaults.ExportBased, call.Cancellation).ConfigureAwait(false);
        var archive = BeginArchive(entry, spec, NvramOf(entry, fresh), TpmOf(entry, fresh), partial, since);
        if (fresh is not null)
        {
            RemoveCheckpointFiles(entry, fresh);
        }

        return (archive, chains);
    }

    private async Task ClaimAsync(VmEntry entry, string partial, IReadOnlyList<VmExportDisk> disks, Call call)
    {
        entry.Set(table, entry.Phase, entry.Run, entry.Spec with { Exports = [.. entry.Spec.Exports, new VmExport(partial, [.. disks.SelectMany(static disk => disk.Layers).Select(static layer => layer.Path)])] });
        await FaultPoint.ReachAsync(VmArchiveFaults.ExportWritten, call.Cancellation).ConfigureAwait(false);
    }

    // The folder, with the machine's UEFI variables.
    private VmArchive BeginArchive(VmEntry entry, VmSpec spec, string? variables, byte[]? tpm, string partial, CheckpointEntry? since)
    {
        Directory.CreateDirectory(partial, OwnerOnly);
        if (variables is not null)
        {
            UefiVariables.Copy(variables, Path.Combine(partial, VmArchiveFiles.Nvram));
        }

        if (tpm is not null)
        {
            VmTpm.WriteFile(Path.Combine(partial, VmArchiveFiles.Tpm), tpm);
        }

        var further = spec.FurtherDisks().Where(static drive => !drive.IsIndependent).Select(VmArchiveDisk.Of).ToList();
        return new VmArchive
        {
            FormatVersion = since is not null ? VmArchive.Difference : further.Count > 0 || spec.HasTpm ? VmArchive.SeveralDisks : VmArchive.OneDisk,
            Since = since?.Id,
            SinceName = since?.Name ?? "",
            AgentVersion = HostService.Version,
            Created = time.GetUtcNow(),
            Name = entry.Name,
            Id = entry.Id,
            Architecture = CpuOf(entry.Spec),
            NeedsImage = KernelOf("export", entry.Name, spec) is not null,
            Spec = VmArchive.Portable(WithNetworkNames(spec), spec.Attachment is { } place ? networks.FindName(place.NetworkId) ?? spec.Network : spec.Network),
            Addresses = spec.Attachment?.Addresses ?? [],
            Publish = [.. spec.Attachment?.Ports.Select(static port => port.ToString()) ?? []],
            AllowFrom = [.. spec.Attachment?.AllowFrom ?? []],
            DiskSizeBytes = spec.Disk?.SizeBytes ?? 0,
            FurtherDisks = further,
            HasNvram = variables is not null,
            HasTpmState = tpm is not null,
        };
    }

    private async Task WriteExportAsync(VmEntry entry, VmArchive archive, IReadOnlyList<VmExportDisk> chains, string partial, Call call)
    {
        var activity = $"Exporting VM '{entry.Name}'";
        List<string> files = [VmArchiveFiles.Manifest];
        foreach (var (disk, file, size) in chains.Zip(archive.DiskFiles(), archive.DiskSizes()))
        {
            var target = Path.Combine(partial, file);
            await (disk.Since is null
                ? FlattenAsync("export", entry.Name, disk.Layers, target, activity, call)
                : WriteDifferenceAsync(entry, disk, size, target, activity, call)).ConfigureAwait(false);
            await FaultPoint.ReachAsync(VmArchiveFaults.ExportFlattened, call.Cancellation).ConfigureAwait(false);
            files.Add(file);
        }

        if (archive.HasNvram)
        {
            files.Add(VmArchiveFiles.Nvram);
        }

        if (archive.HasTpmState)
        {
            files.Add(VmArchiveFiles.Tpm);
        }

        VmArchiveFiles.Write(partial, VmArchiveFiles.Manifest, archive.Write());
        await VmArchiveFiles.WriteSumsAsync(
            partial,
            files,
            (done, total) => call.Report(activity, string.Create(CultureInfo.InvariantCulture, $"its checksums: {done >> 20} of {total >> 20} MB"), (int)(100 * done / Math.Max(1, total))),
            call.Cancellation).ConfigureAwait(false);
    }

    // An agent before this one was writing archives.
    private void UndoExports(VmEntry entry)
    {
        foreach (var export in entry.Spec.Exports)
        {
            AgentLog.Info($"VM '{entry.Name}' was being exported when the agent ended; what there is of the archive is removed");
            EndExport(entry, export.Partial);
        }
    }

    // Under the lock. What there is of an archive that did not come about goes; of a whole one nothing has this name any more.
    private void EndExport(VmEntry entry, string partial)
    {
        try
        {
            UnfinishedFiles.Remove(partial);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException)
        {
            AgentLog.Warning($"'{partial}', a part of an archive, could not be removed: {e.Message}");
        }

        entry.Set(table, entry.Phase, entry.Run, entry.Spec with { Exports = [.. entry.Spec.Exports.Where(export => export.Partial != partial)] });
    }

    // The UEFI variables of a moment that was just kept, else as they are; null: there are none.
    private string? NvramOf(VmEntry entry, CheckpointEntry? moment)
    {
        var kept = moment is null ? "" : FolderOf(entry).NvramFileOf(moment.Id);
        return File.Exists(kept) ? kept : File.Exists(FolderOf(entry).NvramFile) ? FolderOf(entry).NvramFile : null;
    }
}
