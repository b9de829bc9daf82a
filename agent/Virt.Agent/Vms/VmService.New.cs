using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Agent.Vms.Seeds;
using Virt.Agent.Vms.Warm;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>New-VM.</summary>
public sealed partial class VmService
{
    // One costs a guest about 10 ms while it boots; a SCSI controller, for disks and DVDs, next to nothing (docs/performance.md).
    private const int DefaultHotplugPorts = 1;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a machine and its disk, and starts it where it is to start warm. Nothing is left behind where it fails.</summary>
    /// <exception cref="VirtException">InvalidArgument, NotFound (image, disk, network), AlreadyExists, NotSupported; DataLoss, Conflict or ResourceExhausted (the disk).</exception>
    public async Task<VM> NewAsync(NewVM request, Call call)
    {
        var name = request.Name;
        var host = MachineArchitecture.Of(request.Architecture, Host);
        NewVMCheck.Check(request, facts.MemoryBytes, host.Architecture);
        MachineArchitecture.Check("create", name, request.Architecture, request.Generation, Host.Architecture);
        if (request.WithAgent)
        {
            MachineArchitecture.CheckAgent("create", name, request.Architecture, Host.Architecture, $"New-VM -Name {name} -Architecture {request.Architecture}, without -WithAgent");
        }

        if (FindByName(name) is not null)
        {
            throw ResourceName.Taken("create", "VM", name);
        }

        call.WorksOn(name);
        var image = request.Image is null ? null : images.FindVm(request.Image, $"Cannot create VM '{name}'");
        if (image is not null)
        {
            NewVMCheck.CheckImage(name, image, host.Architecture);
        }

        NewVMCheck.CheckWarm(request, image);
        if (request.FirmwarePath is { } rom)
        {
            FirmwareRom.CheckRequest("create", name, rom, request.Generation, startsKernel: image is { Manifest.Boot: not null });
        }

        var id = Guid.NewGuid();
        var network = NewVMCheck.NetworkOf(request.SwitchName);
        var disk = await PlanDiskAsync(request, image, call.Cancellation).ConfigureAwait(false);
        var drives = await PlanDrivesAsync(request, image, call.Cancellation).ConfigureAwait(false);
        var seed = SeedCheck.SeedOf(request, isExpected: image is { Manifest.CloudInit: true });
        var spec = new VmSpec
        {
            MemoryBytes = NewVMCheck.RoundUp(request.MemoryStartupBytes, 1 << 20),
            ProcessorCount = request.ProcessorCount,
            Generation = request.Generation,
            Architecture = MachineArchitecture.Fixed(request.Architecture, host.Architecture),
            FirmwarePath = request.FirmwarePath,
            Image = image?.Name,
            StartsKernel = image is { Manifest.Boot: not null },
            Disk = disk,
            Drives = drives,
            Network = network,
            MacAddress = network is null ? null : MacAddress.Of(id),
            Notes = request.Notes,
            StartAction = request.AutomaticStartAction,
            StartDelay = request.AutomaticStartDelay,
            After = request.After,
            StopAction = request.AutomaticStopAction,
            Health = request.Health,
            HasAgent = request.WithAgent,
            VideoAdapter = NewVMCheck.VideoAdapterOf(request, host.Architecture),
            HasScsiController = true,
            HotplugPorts = DefaultHotplugPorts,
            // One that starts warm is told over its guest agent what it is called.
            Seed = request.Warm && image is not { Manifest.CloudInit: true } ? null : seed,
        };
        var warm = request.Warm && !call.WhatIf ? await FindOrMakeWarmAsync(name, image!, spec, call).ConfigureAwait(false) : null;
        if (warm is not null)
        {
            spec = OnWarm(request, spec, warm);
        }

        spec = Join(id, request, spec, call.WhatIf);
        await using var undo = new Rollback();
        var entry = new VmEntry(VmEntry.NewRow(id, name, call.WhatIf ? VMState.Stopped : VMState.Creating, spec, time.GetUtcNow()), events);
        if (call.WhatIf)
        {
            return Show(entry);
        }

        undo.Add($"give back the place of VM '{name}' in its network", () => Leave(entry));
        using var held = await locks.EnterAsync(id, call.Cancellation).ConfigureAwait(false);
        if (!table.TryInsert(entry.Row))
        {
            throw ResourceName.Taken("create", "VM", name);
        }

        undo.Add($"forget VM '{name}'", () => Forget(entry));
        entries[id] = entry;
        undo.Add($"remove the files of VM '{name}'", () => RemoveFiles(entry, static disk => disk.IsNew));
        if (image is not null)
        {
            // From here on its row keeps it; it may have been removed a moment ago.
            images.FindVm(image.Name, $"Cannot create VM '{name}'");
            CheckWarmIsThere(name, warm);
        }

        await MakeFilesAsync(entry, image, warm, call).ConfigureAwait(false);
        if (warm is not null)
        {
            await StartWarmAsync(entry, warm, seed?.HostName ?? SeedCheck.HostNameOf(name), call).ConfigureAwait(false);
            undo.Commit();
            return Show(entry);
        }

        entry.Set(table, VMState.Stopped, null);
        undo.Commit();
        return Show(entry);
    }

    private async Task MakeFilesAsync(VmEntry entry, StoredImage<VmImageManifest>? image, WarmState? warm, Call call)
    {
        var folder = FolderOf(entry);
        Directory.CreateDirectory(folder.State, OwnerOnly);
        if (entry.Spec is { Generation: 2 } && (warm is not null && File.Exists(warm.Nvram) ? warm.Nvram : image?.Manifest.Nvram is { } own ? image.PathOf(own) : HostOf(entry.Spec).Firmware.UefiVariables) is { } variables)
        {
            UefiVariables.Copy(variables, folder.NvramFile);
        }

        foreach (var disk in entry.Spec.OwnDisks().Select(static own => own.Disk).Where(static disk => disk.IsNew))
        {
            call.Report($"Creating VM '{entry.Name}'", $"making its disk '{disk.Path}'");
            await MakeDiskAsync(entry.Name, disk, call.Cancellation).ConfigureAwait(false);
        }

        TakeLease("create", entry);
    }

    // Takes away what a machine has on the disk; what is not there is fine.
    private void RemoveFiles(VmEntry entry, bool withDisk) => RemoveFiles(entry, _ => withDisk);

    private void RemoveFiles(VmEntry entry, Predicate<VmDisk> isDeleted)
    {
        var ownsDisk = DropLease(entry);
        foreach (var drive in entry.Spec.Drives)
        {
            RemoveMedia(entry, drive, drive.Media is { } media && isDeleted(media));
        }

        RemoveFolders(entry.Id);

        // Also where its folder is gone, or was not made yet.
        if (ownsDisk && entry.Spec.Disk is { } disk && isDeleted(disk) && File.Exists(disk.Path))
        {
            File.Delete(disk.Path);
        }
    }

    // What stands under the agent's own folders, and what limited its QEMU.
    private void RemoveFolders(Guid id)
    {
        cgroups.Remove(id);
        var folder = VmFolder.Of(paths, id);
        foreach (var path in new[] { folder.State, folder.Run }.Where(Directory.Exists))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private void Forget(VmEntry entry)
    {
        table.Delete(entry.Id);
        entries.TryRemove(entry.Id, out _);
        Leave(entry);
        entry.SetRemoved();
    }
}
