using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Archives;
using Virt.Agent.Storage;
using Virt.Agent.Vms.Archives;
using Virt.Agent.Vms.Seeds;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Import-VM (docs/adr/0023). What the archive says goes through the checks of New-VM; all of it is verified before the machine is there.</summary>
public sealed partial class VmService
{
    /// <summary>Makes a machine of a folder that <see cref="ExportAsync"/> has written. It is not started. Nothing is left behind where it fails.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotFound: the folder, or a network or image that the machine has; AlreadyExists; Conflict (an address); DataLoss: it is damaged; NotSupported: it is of a newer agent, or for another CPU; ResourceExhausted.</exception>
    public async Task<VM> ImportAsync(ImportVM request, Call call)
    {
        ArchivePath.Check("import", MemberKind, request.Name.Length > 0 ? request.Name : Path.GetFileName(request.Path), request.Path, "Import-VM /srv/web01");
        ArchivePath.CheckThere(request.Path);
        foreach (var path in request.BasePaths)
        {
            ArchivePath.Check("import", MemberKind, Path.GetFileName(path), path, "Import-VM /srv/web01-tue -BasePath /srv/web01-mon");
            ArchivePath.CheckThere(path);
        }

        var parts = VmArchiveChain.Of(VmArchivePart.Read(request.Path), [.. request.BasePaths.Select(VmArchivePart.Read)]);
        var archive = parts[^1].Archive;
        var name = request.Name.Length > 0 ? request.Name : archive.Name;
        call.WorksOn(name);
        var entry = NewImported(name, parts, request, call.WhatIf);
        var shown = Show(entry);
        if (call.WhatIf)
        {
            return shown;
        }

        await using var undo = new Rollback();
        undo.Add($"give back the place of VM '{name}' in its network", () => Leave(entry));
        using var held = await locks.EnterAsync(entry.Id, call.Cancellation).ConfigureAwait(false);
        if (!table.TryInsert(entry.Row))
        {
            throw ResourceName.Taken("import", MemberKind, name);
        }

        undo.Add($"remove VM '{name}'", () => Discard(entry));
        entries[entry.Id] = entry;
        await FaultPoint.ReachAsync(VmArchiveFaults.ImportWritten, call.Cancellation).ConfigureAwait(false);
        try
        {
            await FillImportedAsync(entry, parts, call).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VirtException(ErrorCode.ResourceExhausted, "DiskNotWritten", $"Cannot import VM '{name}': its disk cannot be written ({VmErrors.Sentence(e.Message)}).", request.Path, "df -h", e);
        }

        await FaultPoint.ReachAsync(VmArchiveFaults.ImportFilled, call.Cancellation).ConfigureAwait(false);
        entry.Set(table, VMState.Stopped, null);
        undo.Commit();
        await FaultPoint.ReachAsync(VmArchiveFaults.ImportMade).ConfigureAwait(false);
        return Show(entry);
    }

    // Everything is looked at, nothing written but its place in the network.
    private VmEntry NewImported(string name, IReadOnlyList<VmArchivePart> parts, ImportVM request, bool whatIf)
    {
        var archive = parts[^1].Archive;
        if (MachineArchitecture.Named(archive.Architecture) is not { } architecture)
        {
            throw new VirtException(ErrorCode.NotSupported, "ArchitectureNotSupported", $"Cannot import VM '{name}': it is for {archive.Architecture}, which this agent does not know.", name, "Get-VirtHost | Select-Object Name, AgentVersion");
        }

        MachineArchitecture.Check("import", name, architecture, archive.Spec.Generation, Host.Architecture);
        var host = MachineArchitecture.Of(architecture, Host);
        var spec = VmArchive.Portable(archive.Spec, archive.Spec.Network) with { Architecture = architecture, Notes = archive.Spec.Notes ?? "", After = archive.Spec.After ?? [] };
        var wanted = new NewVM
        {
            Name = name,
            MemoryStartupBytes = spec.MemoryBytes,
            ProcessorCount = spec.ProcessorCount,
            Generation = spec.Generation,
            NoVHD = true,
            SwitchName = request.SwitchName ?? spec.Network ?? NewVMCheck.NoNetwork,
            Notes = spec.Notes,
            AutomaticStartAction = spec.StartAction,
            AutomaticStartDelay = spec.StartDelay,
            After = [.. spec.After],
            AutomaticStopAction = spec.StopAction,
            VideoAdapter = spec.VideoAdapter,
            UserName = spec.Seed?.UserName,
            SshKeys = [.. spec.Seed?.SshKeys ?? []],
            HostName = spec.Seed?.HostName,
            CloudInit = spec.Seed?.CloudInit ?? "",
            Publish = request.Publish ?? [.. archive.Publish],
        };
        var network = NewVMCheck.NetworkOf(wanted.SwitchName);
        wanted.AllowFrom = wanted.Publish.Length == 0 ? [] : [.. archive.AllowFrom];
        wanted.IPAddresses = request.IPAddresses.Length > 0 ? request.IPAddresses : request.KeepIdentity && NewVMCheck.IsShared(network) ? [.. archive.Addresses] : [];
        NewVMCheck.CheckCheckpointType("import", name, spec.CheckpointType);
        NewVMCheck.Check(wanted, facts.MemoryBytes, host.Architecture);
        if (FindByName(name) is not null)
        {
            throw ResourceName.Taken("import", MemberKind, name);
        }

        if (archive.NeedsImage)
        {
            NewVMCheck.CheckImage(name, images.FindVm(spec.Image ?? "", $"Cannot import VM '{name}'"), host.Architecture);
        }

        var id = request.KeepIdentity ? archive.Id : Guid.NewGuid();
        if (entries.TryGetValue(id, out var other))
        {
            throw new VirtException(ErrorCode.AlreadyExists, "VMAlreadyExists", $"Cannot import VM '{name}': VM '{other.Name}' of this host has its identity already.", name, $"Import-VM -Path '{request.Path}' -Name {name}, without -KeepIdentity");
        }

        spec = spec with { Seed = SeedCheck.SeedOf(wanted, isExpected: spec.Seed is not null) };

        // A name without a kernel to start says only what the guest has in it, where the host knows that image.
        var made = VmCopy.SpecOf(spec, archive.Id, id, network, request.KeepIdentity, name == archive.Name ? null : name) with
        {
            SystemId = request.KeepIdentity ? spec.SystemId : null,
            Image = archive.NeedsImage || (spec.Image is { } image && images.HasVm(image)) ? spec.Image : null,
            StartsKernel = archive.NeedsImage,
            Disk = archive.DiskSizeBytes == 0 ? null : new VmDisk { Path = FreePath(name), Format = "qcow2", SizeBytes = archive.DiskSizeBytes, IsNew = true },
        };
        foreach (var disk in archive.FurtherDisks)
        {
            made = made with { Drives = [.. made.Drives, disk.Make(name, made, host.Architecture == Architecture.Arm64, drive => FreePath($"{name}-{drive}"))] };
        }

        CheckSpaceToFlatten("import", name, parts.Sum(static part => part.Archive.DiskFiles().Sum(file => SizeOf(part.PathOf(file)))), VmFolder.DiskFolder(paths));

        return new VmEntry(VmEntry.NewRow(id, name, whatIf ? VMState.Stopped : VMState.Creating, JoinAll(id, wanted, made, whatIf), time.GetUtcNow()), events);
    }

    private async Task FillImportedAsync(VmEntry entry, IReadOnlyList<VmArchivePart> parts, Call call)
    {
        var (path, sums, archive) = parts[^1];
        var folder = FolderOf(entry);
        Directory.CreateDirectory(folder.State, OwnerOnly);
        if (archive.HasNvram)
        {
            await VmArchiveFiles.CopyAsync(path, VmArchiveFiles.Nvram, sums, folder.NvramFile, static (_, _) => { }, call.Cancellation).ConfigureAwait(false);
        }

        // Of a machine that is the one that was exported. Another one gets a TPM of its own.
        if (archive.HasTpmState && entry.Id == archive.Id)
        {
            Directory.CreateDirectory(folder.TpmFolder, OwnerOnly);
            await VmArchiveFiles.CopyAsync(path, VmArchiveFiles.Tpm, sums, VmTpm.StateFile(folder.TpmFolder), static (_, _) => { }, call.Cancellation).ConfigureAwait(false);
        }

        Directory.CreateDirectory(VmFolder.DiskFolder(paths), OwnerOnly);
        foreach (var (disk, number) in entry.Spec.OwnDisks().Select(static (own, number) => (own.Disk, number)))
        {
            foreach (var part in parts)
            {
                var (file, size) = part.Archive.DiskFiles().Zip(part.Archive.DiskSizes()).ElementAt(number);
                await (part.Archive.Since is null
                    ? CopyImportedAsync(entry, disk with { SizeBytes = size }, part, file, call)
                    : ApplyDifferenceAsync(entry, disk, size, part, file, call)).ConfigureAwait(false);
            }
        }

        TakeLease("import", entry);
    }

    private async Task CopyImportedAsync(VmEntry entry, VmDisk disk, VmArchivePart part, string file, Call call)
    {
        var start = time.GetTimestamp();
        await VmArchiveFiles.CopyAsync(part.Path, file, part.Sums, disk.Path, Report, call.Cancellation).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmArchiveFaults.ImportCopied, call.Cancellation).ConfigureAwait(false);
        await CheckImportedAsync(disk, part.Path, file, call).ConfigureAwait(false);

        void Report(long done, long total)
        {
            var elapsed = time.GetElapsedTime(start);
            call.Report(
                $"Importing VM '{entry.Name}'",
                string.Create(CultureInfo.InvariantCulture, $"its disk: {done >> 20} of {total >> 20} MB"),
                (int)(100 * done / Math.Max(1, total)),
                elapsed * ((double)(total - done) / done),
                (long)(done / Math.Max(0.001, elapsed.TotalSeconds)));
        }
    }

    // The bytes are those that were written; who wrote them may have been anybody. An image that stands on another would make QEMU read that, whatever it is.
    private async Task CheckImportedAsync(VmDisk disk, string path, string file, Call call)
    {
        if (!Qcow2Header.IsWhole(disk.Path, disk.SizeBytes))
        {
            throw VmArchiveFiles.Damaged(path, $"its '{file}' is no qcow2 image of {disk.SizeBytes} bytes that stands on nothing");
        }

        try
        {
            if (!(await disks.CheckAsync(disk.Path, call.Cancellation).ConfigureAwait(false)).IsSound)
            {
                throw VmArchiveFiles.Damaged(path, $"the tables of its '{file}' are corrupt");
            }
        }
        catch (DiskException e)
        {
            throw VmArchiveFiles.Damaged(path, $"its '{file}' cannot be used ({VmErrors.Sentence(e.Detail)})");
        }
    }
}
