using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Get-VMHardDiskDrive and Get-VMDvdDrive, and how a drive is found.</summary>
public sealed partial class VmService
{
    /// <summary>Drives by machine and by name, id or pattern; all of the type where the request names none.</summary>
    public Task<VMDriveList> GetDriveAsync(GetVMDrive request, Call call)
    {
        var errors = new List<ErrorInfo>();
        IEnumerable<VMDrive> found = [];
        if (request.Ids.Length == 0)
        {
            var machines = Select(new GetVM { Names = request.VMNames, Ids = request.VMIds }, errors).ToList();
            var all = machines.SelectMany(DrivesOf).Where(drive => drive.Type == request.Type).ToList();
            found = PartList.ByName(machines.ConvertAll(static one => one.Name), all, static drive => drive.Name, request.Names, (name, machine) => DriveNotFound("get", name, machine, request.Type, all), errors);
        }

        found = found.Concat(PartList.ById(request.Ids, id => ShowById(id, request.Type), errors));
        return Task.FromResult(new VMDriveList { Items = [.. found.OrderBy(static drive => drive.VMName, StringComparer.OrdinalIgnoreCase)], Errors = [.. errors] });
    }

    private VMDrive ShowById(Guid id, VMDriveType type)
    {
        var (entry, drive) = FindDrive("get", id, "", Guid.Empty, "", type);
        return drive is null ? ShowFirst(entry)! : Show(entry, drive);
    }

    // The drive null: it is the machine's first disk.
    private (VmEntry Machine, VmDrive? Drive) FindDrive(string verb, Guid id, string name, Guid machineId, string machineName, VMDriveType type)
    {
        if (id != Guid.Empty)
        {
            foreach (var entry in entries.Values)
            {
                var drive = entry.Spec.Drives.FirstOrDefault(drive => drive.Id == id && drive.Type == type);
                if (drive is not null || (entry.Id == id && type == VMDriveType.HardDisk && entry.Spec.Disk is not null))
                {
                    return (entry, drive);
                }
            }

            throw new VirtException(ErrorCode.NotFound, "VMDriveNotFound", $"Cannot {verb} drive '{(name.Length > 0 ? name : id)}': it does not exist any more (no drive has the id {id}).", name.Length > 0 ? name : id.ToString(), VmDriveRules.Noun(type, "Get"));
        }

        var machine = Find($"{verb} a drive of", machineId, machineName);
        return (machine, FindDrive(verb, machine, name, type));
    }

    private VmDrive? FindDrive(string verb, VmEntry machine, string name, VMDriveType type)
    {
        if (type == VMDriveType.HardDisk && machine.Spec.Disk is not null && name.Equals(VmDriveRules.FirstDisk, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return machine.Spec.Drives.FirstOrDefault(drive => drive.Type == type && drive.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw DriveNotFound(verb, name, machine.Name, type, DrivesOf(machine).Where(drive => drive.Type == type));
    }

    private static VirtException DriveNotFound(string verb, string name, string machine, VMDriveType type, IEnumerable<VMDrive> others) =>
        VmErrors.NoPart(verb, "drive", "VMDriveNotFound", name, machine, others.Select(static drive => drive.Name), VmDriveRules.Noun(type, "Get"));

    private static IEnumerable<VMDrive> DrivesOf(VmEntry entry)
    {
        if (ShowFirst(entry) is { } first)
        {
            yield return first;
        }

        foreach (var drive in entry.Spec.Drives)
        {
            yield return Show(entry, drive);
        }
    }

    /// <summary>No disk of it keeps a checkpoint from holding its memory.</summary>
    internal bool CanHoldMemory(Guid id) => entries.TryGetValue(id, out var entry) && !IndependentDisksOf(entry).Any() && !VmDriveRules.Unsaveable(entry.Spec).Any();

    private static IEnumerable<VmDrive> IndependentDisksOf(VmEntry entry) => entry.Spec.FurtherDisks().Where(static drive => drive.IsIndependent);

    // QEMU cannot write down what is in some devices.
    private static void CheckSaveable(string verb, VmEntry entry)
    {
        if (VmDriveRules.Unsaveable(entry.Spec).Select(static drive => $"'{drive.Name}'").ToList() is { Count: > 0 } names)
        {
            throw new VirtException(
                ErrorCode.NotSupported,
                "DeviceNotSaveable",
                $"Cannot {verb} VM '{entry.Name}' with its memory: QEMU cannot save NVMe disks, of which it has {string.Join(", ", names)}; SCSI and Virtio disks can be saved.",
                entry.Name,
                verb == SaveVerb ? $"Stop-VM {entry.Name}" : $"Checkpoint-VM {entry.Name} -DiskOnly");
        }
    }

    // A memory goes with every disk as it was then.
    private static void CheckDisksForMemory(string verb, VmEntry entry)
    {
        CheckSaveable(verb, entry);
        if (IndependentDisksOf(entry).ToList() is { Count: > 0 } independent)
        {
            throw VmErrors.FurtherDisks(verb, entry.Name, independent, "its memory goes with its disks as they are now, and not all of them are held; a checkpoint without memory can be made");
        }
    }

    // What is made of a machine is made of what a checkpoint of it holds.
    private static void CheckAllHeld(string verb, VmEntry entry)
    {
        if (IndependentDisksOf(entry).ToList() is { Count: > 0 } independent)
        {
            throw VmErrors.FurtherDisks(verb, entry.Name, independent, "disks that are independent of checkpoints would not come along; Set-VMHardDiskDrive -Independent:$false makes checkpoints hold them");
        }
    }

    // Each of them holds the same disks, and must go on to.
    private void CheckHeldStay(string verb, VmEntry entry, VmDrive drive)
    {
        if (drive.IsOwned && CheckpointsOf(entry) is { Count: > 0 } all)
        {
            var names = all.Where(static c => c.IsVisible).Select(static c => $"'{c.Name}'").ToList();
            var copies = CopiesOf(entry);
            var (holder, action) = names.Count > 0 ? ($"its {(names.Count == 1 ? "checkpoint" : "checkpoints")} {string.Join(", ", names)} {(names.Count == 1 ? "holds" : "hold")}", $"Get-VMCheckpoint {entry.Name} | Remove-VMCheckpoint")
                : copies.Count > 0 ? ($"its linked {(copies.Count == 1 ? "copy" : "copies")} {VmErrors.Names(copies)} {(copies.Count == 1 ? "stands on" : "stand on")}", $"Remove-VM {string.Join(',', copies)} -DeleteDisk")
                : ("an export or a copy of it reads", "Get-VirtOperation");
            throw new VirtException(ErrorCode.WrongState, "VMHasCheckpoints", $"Cannot {verb} VM '{entry.Name}': {holder} the disks that it has now, and '{drive.Name}' would be one {(drive.IsIndependent ? "more" : "less")}.", entry.Name, action);
        }
    }

    private static VMDrive? ShowFirst(VmEntry entry) => entry.Spec.Disk is not { } disk ? null : Fill(entry, disk) with { Id = entry.Id, Name = VmDriveRules.FirstDisk };

    private static VMDrive Show(VmEntry entry, VmDrive drive) => Fill(entry, drive.Media) with
    {
        Id = drive.Id,
        Name = drive.Name,
        Type = drive.Type,
        ControllerType = drive.Controller,
        IsReadOnly = !drive.IsOwned,
        IsIndependent = drive.IsIndependent || !drive.IsOwned,
    };

    private static VMDrive Fill(VmEntry entry, VmDisk? media) => new()
    {
        VMId = entry.Id,
        VMName = entry.Name,
        Path = media?.Path ?? "",
        Format = media?.Format ?? "",
        SizeBytes = media?.SizeBytes ?? 0,
        MaximumIOPS = media?.MaximumIops ?? 0,
        MaximumBytesPerSecond = media?.MaximumBytesPerSecond ?? 0,
    };
}
