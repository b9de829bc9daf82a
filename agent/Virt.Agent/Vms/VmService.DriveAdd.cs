using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Add-VMHardDiskDrive and Add-VMDvdDrive.</summary>
public sealed partial class VmService
{
    private const string AddDriveVerb = "add a drive to";

    /// <summary>Gives a machine one more drive, also while it runs. Where it fails nothing is left of it.</summary>
    /// <exception cref="VirtException">NotFound (machine, image); InvalidArgument; WrongState (also: not while it runs); Conflict (the image is another's); ResourceExhausted; DataLoss.</exception>
    public async Task<VMDrive> AddDriveAsync(AddVMDrive request, Call call)
    {
        var entry = Find(AddDriveVerb, request.VMId, request.VMName);
        call.WorksOn(entry.Name);
        VmDriveRules.CheckLimits(AddDriveVerb, entry.Name, request.Type, request.MaximumIOPS, request.MaximumBytesPerSecond);
        using var held = await LockAsync(AddDriveVerb, entry, call).ConfigureAwait(false);
        VmStates.CheckDrive(AddDriveVerb, entry.Name, entry.State);
        var isRunning = VmStates.IsAlive(entry.State);
        var controller = VmDriveRules.ControllerOf(entry.Name, request, HostOf(entry.Spec).Architecture, isRunning);
        var drive = new VmDrive
        {
            Id = Guid.NewGuid(),
            Name = VmDriveRules.NameOf(entry.Spec, request.Type),
            Type = request.Type,
            Controller = controller,
            Place = VmDriveRules.PlaceOf(entry.Name, entry.Spec, request.Type, controller, isRunning),
            IsReadOnly = request.IsReadOnly || request.Type == VMDriveType.Dvd,
            IsIndependent = request.IsIndependent,
        };
        if (drive is { IsOwned: true, IsIndependent: false } && CheckpointsOf(entry).Count > 0)
        {
            throw new VirtException(ErrorCode.WrongState, "VMHasCheckpoints", $"Cannot {AddDriveVerb} VM '{entry.Name}': its checkpoints know nothing of a further disk, which they would have to hold; one that is independent of them can be added.", entry.Name, $"Add-VMHardDiskDrive {entry.Name} -Independent");
        }

        drive = drive with { Media = await PlanMediaAsync(AddDriveVerb, entry, request, drive, call.Cancellation).ConfigureAwait(false) };
        if (call.WhatIf)
        {
            return Show(entry, drive);
        }

        await using var undo = new Rollback();
        undo.Add($"forget drive '{drive.Name}' of VM '{entry.Name}'", () => SetDrive(entry, drive, null));
        SetDrive(entry, drive, drive with { Step = VmPartStep.Adding });
        await FaultPoint.ReachAsync(VmDriveFaults.AddRecorded).ConfigureAwait(false);
        undo.Add($"remove the files of drive '{drive.Name}' of VM '{entry.Name}'", () => RemoveMedia(entry, drive, isDeleted: drive.Media is { IsNew: true }));
        await MakeMediaAsync(entry, drive, call).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmDriveFaults.Made).ConfigureAwait(false);
        if (isRunning)
        {
            undo.Add($"take drive '{drive.Name}' of VM '{entry.Name}' from QEMU", () => TakeOutAsync(entry, drive));
            await AskQemuAsync(AddDriveVerb, entry.Name, entry.Session, session => PlugAsync(entry, session, drive)).ConfigureAwait(false);
        }

        SetDrive(entry, drive, drive);
        undo.Commit();
        entry.Tell(VirtEventAction.Changed, $"It has the drive '{drive.Name}'.");
        return Show(entry, drive);
    }

    // Everything is looked at, nothing written.
    private async Task<VmDisk?> PlanMediaAsync(string verb, VmEntry entry, AddVMDrive request, VmDrive drive, CancellationToken cancellation)
    {
        try
        {
            if (drive.Type == VMDriveType.Dvd)
            {
                return string.IsNullOrEmpty(request.Path) ? null : PlanDvd(verb, entry.Name, request.Path);
            }

            NewVMCheck.CheckDiskRequest(verb, entry.Name, request.Path, request.NewSizeBytes);
            if (request.NewSizeBytes is null && request.Path is null)
            {
                throw new VirtException(ErrorCode.InvalidArgument, "NoDisk", $"Cannot {verb} VM '{entry.Name}': neither the path of a disk nor the size of a new one is given.", entry.Name, $"Add-VMHardDiskDrive {entry.Name} -SizeBytes 4GB");
            }

            if (request.NewSizeBytes is { } size && drive.IsReadOnly)
            {
                throw new VirtException(ErrorCode.InvalidArgument, "NoDisk", $"Cannot {verb} VM '{entry.Name}': a new disk that can only be read holds nothing.", entry.Name, $"Add-VMHardDiskDrive {entry.Name} -Path /srv/data.qcow2 -ReadOnly");
            }

            var disk = request.NewSizeBytes is not { } bytes ? await ExamineDiskAsync(verb, entry.Name, Path.GetFullPath(request.Path!), cancellation, isShared: drive.IsReadOnly).ConfigureAwait(false) : new VmDisk
            {
                Path = request.Path is { } wanted ? CheckNewDiskPath(verb, entry.Name, Path.GetFullPath(wanted)) : FreePath($"{entry.Name}-{drive.Name}"),
                Format = "qcow2",
                SizeBytes = NewVMCheck.RoundUp(bytes, 512),
                IsNew = true,
            };
            return disk with { MaximumIops = request.MaximumIOPS, MaximumBytesPerSecond = request.MaximumBytesPerSecond };
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(verb, entry.Name, e);
        }
    }

    private VmDisk PlanDvd(string verb, string name, string path)
    {
        NewVMCheck.CheckDiskRequest(verb, name, path, null);
        path = Path.GetFullPath(path);
        if (Directory.Exists(path))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {verb} VM '{name}': '{path}' is a folder; a DVD image is a file.", path, $"xorriso -as mkisofs -r -J -o '{path.TrimEnd('/')}.iso' '{path}'");
        }

        // A guest that reads what another one writes sees neither the one nor the other; and what is inside of a disk image's file is not for whoever has the file.
        if (entries.Values.FirstOrDefault(e => FilesOf(e).Contains(path) || e.Spec.Drives.Any(drive => drive.IsOwned && drive.Media?.Path == path)) is { } owner)
        {
            throw new VirtException(ErrorCode.Conflict, "DiskInUse", $"Cannot {verb} VM '{name}': '{path}' is a disk of VM '{owner.Name}', and no DVD image.", path, $"Get-VMHardDiskDrive {owner.Name}");
        }

        var file = new FileInfo(path);
        if (file.Exists && DiskSignature.Read(path) is { } format)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidMedia", $"Cannot {verb} VM '{name}': '{path}' is a disk image of the format {format}, and no DVD image.", path, $"Add-VMHardDiskDrive {name} -Path '{path}' -ReadOnly");
        }

        return file.Exists
            ? new VmDisk { Path = path, Format = "raw", SizeBytes = file.Length, IsNew = false }
            : throw new DiskException(DiskProblem.Missing, path, "");
    }

    private async Task MakeMediaAsync(VmEntry entry, VmDrive drive, Call call)
    {
        if (drive is not { IsOwned: true, Media: { } media })
        {
            return;
        }

        if (media.IsNew)
        {
            call.Report($"Adding drive '{drive.Name}' to VM '{entry.Name}'", $"making its disk '{media.Path}'");
            await MakeDiskAsync(AddDriveVerb, entry.Name, media, call.Cancellation).ConfigureAwait(false);
        }

        WriteLease(AddDriveVerb, entry, media);
    }

    private static async Task PlugAsync(VmEntry entry, VmSession session, VmDrive drive)
    {
        await OpenMediaAsync(entry, session, drive).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmDriveFaults.Opened).ConfigureAwait(false);
        await session.PlugAsync(DriveDevice.Of(drive), CancellationToken.None).ConfigureAwait(false);
        await LimitAsync(session, drive.Name, drive.Media).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmDriveFaults.Plugged).ConfigureAwait(false);
    }

    private static async Task OpenMediaAsync(VmEntry entry, VmSession session, VmDrive drive)
    {
        foreach (var node in drive.Media is { } media ? DiskNode.Of(media, drive.Name, isReadOnly: !drive.IsOwned) : [])
        {
            using var file = QemuFiles.OpenFile(AddDriveVerb, entry.Name, node.Path, isReadOnly: node.IsReadOnly);
            await session.AddNodeAsync(node, file, CancellationToken.None).ConfigureAwait(false);
        }
    }

    // Of one whose adding has failed.
    private static async ValueTask TakeOutAsync(VmEntry entry, VmDrive drive)
    {
        if (entry.Session is { } session && await session.HasDeviceAsync(drive.Name, CancellationToken.None).ConfigureAwait(false))
        {
            await session.UnplugAsync(drive.Name, EndTimeout, CancellationToken.None).ConfigureAwait(false);
        }

        await CloseMediaAsync(entry, drive).ConfigureAwait(false);
    }

    private static async ValueTask CloseMediaAsync(VmEntry entry, VmDrive drive)
    {
        if (entry.Session is { } session)
        {
            await session.RemoveNodesAsync(drive.Name, CancellationToken.None).ConfigureAwait(false);
        }
    }

    // What there is no limit of need not be said to a new device.
    private static Task LimitAsync(VmSession session, string name, VmDisk? media) => media is { MaximumIops: > 0 } or { MaximumBytesPerSecond: > 0 }
        ? session.LimitAsync(name, media.MaximumIops, media.MaximumBytesPerSecond, CancellationToken.None)
        : Task.CompletedTask;

    // Before its guest goes on: QEMU's command line has no words for it.
    private static async Task LimitAllAsync(VmEntry entry, VmSession session)
    {
        await LimitAsync(session, QemuArguments.DiskDevice, entry.Spec.Disk).ConfigureAwait(false);
        foreach (var drive in entry.Spec.Drives)
        {
            await LimitAsync(session, drive.Name, drive.Media).ConfigureAwait(false);
        }
    }

    // Under the lock: replaces a drive, adds it, or, where there is none to be, takes it away.
    private void SetDrive(VmEntry entry, VmDrive drive, VmDrive? to)
    {
        var drives = entry.Spec.Drives.ToList();
        var index = drives.FindIndex(other => other.Id == drive.Id);
        if (index >= 0)
        {
            drives.RemoveAt(index);
        }

        if (to is not null)
        {
            drives.Insert(index >= 0 ? index : drives.Count, to);
        }

        entry.Set(table, entry.Phase, entry.Run, to is null ? BootOrder.Without(entry.Spec, drive.Name) with { Drives = drives } : entry.Spec with { Drives = drives });
    }

    // Of a drive that is not there any more: its lease goes, and its image where it is the machine's to delete.
    private void RemoveMedia(VmEntry entry, VmDrive drive, bool isDeleted)
    {
        if (drive is not { IsOwned: true, Media: { } media })
        {
            return;
        }

        var lease = ReadLease("remove", entry.Name, media.HomePath);
        if (lease is not null && !IsOwn(lease, entry))
        {
            return;
        }

        GiveUpLease(entry, media, lease);
        if (isDeleted && File.Exists(media.Path))
        {
            File.Delete(media.Path);
        }
    }
}
