using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images;
using Virt.Agent.Storage;
using Virt.Agent.Storage.Vhds;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>A machine's disk.</summary>
public sealed partial class VmService
{
    // QEMU would read zeros where a file was cut off.
    private async Task CheckDiskEndAsync(string verb, VmEntry entry, CancellationToken cancellation)
    {
        foreach (var path in entry.Spec.OwnDisks().SelectMany(static own => own.Layers()).Where(static layer => layer.Format == "qcow2" && Qcow2End.IsMissing(layer.Path)).Select(static layer => layer.Path))
        {
            try
            {
                if (!(await disks.CheckQuietAsync(path, cancellation).ConfigureAwait(false)).IsSound)
                {
                    throw new DiskException(DiskProblem.Damaged, path, "the file was cut off");
                }
            }
            catch (DiskException e)
            {
                throw VmErrors.Disk(verb, entry.Name, e);
            }
        }
    }

    // Before a new layer is put on top of its disks: they could not be merged again.
    private static void CheckLayersAreThere(string verb, VmEntry entry) =>
        CheckLayersAreThere(verb, entry, entry.Spec.HeldDisks().SelectMany(static held => held.Layers()));

    // What stands on nothing cannot be checkpointed, nor gone back to.
    private static void CheckLayersAreThere(string verb, VmEntry entry, IEnumerable<VmDiskLayer> layers)
    {
        if (layers.FirstOrDefault(static layer => !File.Exists(layer.Path)) is { } lost)
        {
            throw VmErrors.Disk(verb, entry.Name, new DiskException(DiskProblem.Missing, lost.Path, "it is gone"));
        }
    }

    private const long DefaultDiskSize = 1L << 30;

    // Everything is looked at, nothing written.
    private async Task<VmDisk?> PlanDiskAsync(NewVM request, StoredImage<VmImageManifest>? image, CancellationToken cancellation)
    {
        if (request.NoVHD)
        {
            return null;
        }

        try
        {
            if (request.VHDPath is { } existing)
            {
                return await ExamineDiskAsync("create", request.Name, Path.GetFullPath(existing), cancellation).ConfigureAwait(false);
            }

            var path = request.NewVHDPath is { } wanted ? CheckNewDiskPath("create", request.Name, Path.GetFullPath(wanted)) : FreePath(request.Name);
            long? size = request.NewVHDSizeBytes is { } bytes ? NewVMCheck.RoundUp(bytes, 512) : null;
            if (image?.Manifest.Disk is not { } relative)
            {
                return new VmDisk { Path = path, Format = "qcow2", SizeBytes = size ?? DefaultDiskSize, IsNew = true };
            }

            var layers = await LayersAsync(image.PathOf(relative), cancellation).ConfigureAwait(false);
            var least = layers[0].Info.SizeBytes;
            return size < least
                ? throw new VirtException(ErrorCode.InvalidArgument, "InvalidDiskSize", $"Cannot create VM '{request.Name}': its disk's size is {size} bytes; image '{image.Name}' has {least} at least.", request.Name, $"New-VM -Name {request.Name} -NewVHDSizeBytes {least}")
                : new VmDisk { Path = path, Format = "qcow2", SizeBytes = size ?? least, IsNew = true, Backing = [.. layers.Select(static l => new VmDiskLayer(l.Path, l.Info.Format))] };
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk("create", request.Name, e);
        }
    }

    // Those that an image has beside its first disk, in their order.
    private async Task<IReadOnlyList<VmDrive>> PlanDrivesAsync(NewVM request, StoredImage<VmImageManifest>? image, CancellationToken cancellation)
    {
        var spec = new VmSpec { MemoryBytes = 0, ProcessorCount = 0, Generation = request.Generation, Disk = null };
        foreach (var further in request.NoVHD ? [] : image?.Manifest.FurtherDisks ?? [])
        {
            var name = VmDriveRules.NameOf(spec, VMDriveType.HardDisk);
            var drive = new VmDrive
            {
                Id = Guid.NewGuid(),
                Name = name,
                Type = VMDriveType.HardDisk,
                Controller = further.Controller,
                Place = VmDriveRules.PlaceOf(request.Name, spec, VMDriveType.HardDisk, further.Controller, isRunning: false),
                IsReadOnly = further.IsReadOnly,
                IsIndependent = further.IsIndependent,
            };
            spec = spec with { Drives = [.. spec.Drives, drive with { Media = await PlanFurtherAsync(request.Name, name, image!.PathOf(further.File), further.IsReadOnly, cancellation).ConfigureAwait(false) }] };
        }

        return spec.Drives;
    }

    private async Task<VmDisk> PlanFurtherAsync(string machine, string name, string path, bool isReadOnly, CancellationToken cancellation)
    {
        try
        {
            var layers = await LayersAsync(path, cancellation).ConfigureAwait(false);
            IReadOnlyList<VmDiskLayer> backing = [.. layers.Select(static layer => new VmDiskLayer(layer.Path, layer.Info.Format))];
            var size = layers[0].Info.SizeBytes;
            return isReadOnly
                ? new VmDisk { Path = path, Format = layers[0].Info.Format, SizeBytes = size, IsNew = false, Backing = [.. backing.Skip(1)] }
                : new VmDisk { Path = FreePath($"{machine}-{name}"), Format = "qcow2", SizeBytes = size, IsNew = true, Backing = backing };
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk("create", machine, e);
        }
    }

    private Task MakeDiskAsync(string name, VmDisk disk, CancellationToken cancellation) => MakeDiskAsync("create", name, disk, cancellation);

    private async Task MakeDiskAsync(string verb, string name, VmDisk disk, CancellationToken cancellation)
    {
        try
        {
            if (Path.GetDirectoryName(disk.Path) == VmFolder.DiskFolder(paths))
            {
                Directory.CreateDirectory(VmFolder.DiskFolder(paths), OwnerOnly);
            }

            await (disk.Backing.Count > 0
                ? disks.CreateChildAsync(disk.Path, disk.Backing[0].Path, disk.SizeBytes, cancellation)
                : disks.CreateAsync(disk.Path, disk.SizeBytes, cancellation)).ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(verb, name, e);
        }
    }

    private async Task<VmDisk> ExamineDiskAsync(string verb, string name, string path, CancellationToken cancellation, bool isShared = false)
    {
        if (entries.Values.FirstOrDefault(e => FilesOf(e).Contains(path) || (!isShared && e.Spec.Drives.Any(drive => drive.Media?.Path == path))) is { } owner)
        {
            throw new VirtException(ErrorCode.Conflict, "DiskInUse", $"Cannot {verb} VM '{name}': disk '{path}' belongs to VM '{owner.Name}'.", path, $"Get-VM -Name {owner.Name}");
        }

        CheckLease(verb, name, Guid.Empty, 0, path);
        CheckLeasesBelow(verb, name, path);
        if (!isShared && File.Exists(path) && DiskChildren.Find(path, []) is { } child)
        {
            throw new VirtException(ErrorCode.WrongState, "DiskHasChildren", $"Cannot {verb} VM '{name}': '{child}' stands on disk '{path}', and would change with what the guest writes.", path, $"New-VHD -Path '{Path.ChangeExtension(path, null)}-{name}.qcow2' -ParentPath '{path}' -Differencing");
        }

        var layers = await LayersAsync(path, cancellation).ConfigureAwait(false);
        var info = layers[0].Info;

        // Whatever is no known format counts as raw: a file that says by its name that it is another has lost its head.
        if (info.Format == "raw" && Path.GetExtension(path) is ".qcow2" or ".qcow")
        {
            throw new DiskException(DiskProblem.Damaged, path, "it has no qcow2 header");
        }

        if (info.Format is not ("qcow2" or "raw"))
        {
            throw new VirtException(
                ErrorCode.NotSupported,
                "DiskFormatNotSupported",
                $"Cannot {verb} VM '{name}': disk '{path}' has the format {info.Format}; qcow2 or raw is required.",
                path,
                $"qemu-img convert -O qcow2 '{path}' '{Path.ChangeExtension(path, ".qcow2")}'");
        }

        if (info.IsMarkedCorrupt || (info.Format == "qcow2" && !(await disks.CheckAsync(path, cancellation).ConfigureAwait(false)).IsSound))
        {
            throw new DiskException(DiskProblem.Damaged, path, "its tables are corrupt");
        }

        return new VmDisk { Path = path, Format = info.Format, SizeBytes = info.SizeBytes, IsNew = false, Backing = [.. layers.Skip(1).Select(static l => new VmDiskLayer(l.Path, l.Info.Format))] };
    }

    // What a checkpoint of another host's machine has put on top has no lease of its own: that stands beside the lowest of its layers.
    private void CheckLeasesBelow(string verb, string name, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { path };
        for (var below = Qcow2Header.BackingOf(path); below is not null && seen.Add(below); below = Qcow2Header.BackingOf(below))
        {
            if (ReadLease(verb, name, below) is { } lease && lease.HostId != self.Id)
            {
                throw VmErrors.Leased(verb, name, below, lease);
            }
        }
    }

    // An image and everything below it, the nearest first.
    private async Task<List<(string Path, DiskInfo Info)>> LayersAsync(string path, CancellationToken cancellation)
    {
        var layers = new List<(string Path, DiskInfo Info)>();
        for (string? next = path; next is not null; next = layers[^1].Info.BackingPath)
        {
            // Nobody but its one writer holds up the uppermost; those below may be read by many.
            layers.Add((next, await disks.InfoAsync(next, inUse: layers.Count > 0, cancellation).ConfigureAwait(false)));
        }

        return layers;
    }

    // The disks that are made for machines are qcow2 files.
    private static string CheckNewDiskPath(string verb, string name, string path) => VhdFormats.OfPath(path) is VHDFormat.Unknown or VHDFormat.Qcow2
        ? CheckNewPath(path)
        : throw new VirtException(ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {verb} VM '{name}': its new disk would be a qcow2 file, and '{path}' says that it is another.", path, $"Use '{Path.ChangeExtension(path, ".qcow2")}', or New-VHD for another format");

    private static string CheckNewPath(string path)
    {
        if (Path.Exists(path))
        {
            throw new DiskException(DiskProblem.Exists, path, "there is a file of that name already");
        }

        var folder = Path.GetDirectoryName(path) ?? "/";
        return Directory.Exists(folder) ? path : throw new DiskException(DiskProblem.NoFolder, folder, "there is no such folder");
    }

    private bool IsPlanned(string path) => entries.Values.Any(e => e.Spec.Images().Any(disk => disk.Path == path));

    // A disk that was kept when its machine was removed has its name still.
    private string FreePath(string name, string? folder = null, string extension = ".qcow2")
    {
        folder ??= VmFolder.DiskFolder(paths);
        for (var number = 1; ; number++)
        {
            var path = Path.Combine(folder, number == 1 ? $"{name}{extension}" : FormattableString.Invariant($"{name}-{number}{extension}"));
            if (!Path.Exists(path) && !IsPlanned(path))
            {
                return path;
            }
        }
    }
}
