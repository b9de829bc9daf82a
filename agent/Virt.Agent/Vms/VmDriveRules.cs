using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Which drives a machine can have, and where: pure.</summary>
internal static class VmDriveRules
{
    /// <summary>The name of the disk that a machine was made with.</summary>
    public const string FirstDisk = "disk0";

    /// <summary>Drives at the SATA controller that every machine on x64 has.</summary>
    public const int SataPorts = 6;

    /// <summary>Devices of their own that can come while a machine runs.</summary>
    public const int MostHotplugPorts = 16;

    private const int MostDrives = 64;
    private const int ScsiTargets = 256;

    /// <summary>What the guest is to see it behind.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotSupported.</exception>
    public static VMControllerType ControllerOf(string machine, AddVMDrive request, Architecture architecture, bool isRunning)
    {
        var isArm = architecture == Architecture.Arm64;
        var controller = request.ControllerType ?? (request.Type == VMDriveType.HardDisk || isArm || isRunning ? VMControllerType.SCSI : VMControllerType.SATA);
        if (controller is not (VMControllerType.Virtio or VMControllerType.SCSI or VMControllerType.SATA or VMControllerType.NVMe))
        {
            throw Bad(machine, "InvalidController", $"its controller is {controller}; Virtio, SCSI, SATA and NVMe are allowed", $"Get-Help {Noun(request.Type, "Add")}");
        }

        if (request.Type == VMDriveType.Dvd && controller is VMControllerType.Virtio or VMControllerType.NVMe)
        {
            throw Bad(machine, "InvalidController", $"{controller} has no DVD drives; SATA and SCSI have", $"Add-VMDvdDrive {machine} -ControllerType SCSI");
        }

        if (controller == VMControllerType.SATA && isArm)
        {
            throw new VirtException(ErrorCode.NotSupported, "ControllerNotSupported", $"Cannot add a drive to VM '{machine}': machines on arm64 have no SATA here; SCSI is there on every one.", machine, $"{Noun(request.Type, "Add")} {machine} -ControllerType SCSI");
        }

        return request.IsReadOnly && request.Type == VMDriveType.HardDisk && controller is VMControllerType.SATA or VMControllerType.NVMe
            ? throw Bad(machine, "InvalidController", $"{controller} has no disks that are only read; SCSI and Virtio have", $"Add-VMHardDiskDrive {machine} -ReadOnly -ControllerType SCSI")
            : controller;
    }

    /// <summary>Where a drive comes to.</summary>
    /// <param name="machine">The machine's name.</param>
    /// <param name="spec">The machine.</param>
    /// <param name="type">What it holds.</param>
    /// <param name="controller">What it is to be behind.</param>
    /// <param name="isRunning">It comes while the guest runs.</param>
    /// <exception cref="VirtException">WrongState: not while it runs. ResourceExhausted: there is no place left.</exception>
    public static int? PlaceOf(string machine, VmSpec spec, VMDriveType type, VMControllerType controller, bool isRunning)
    {
        if (spec.Drives.Count >= MostDrives)
        {
            throw Full(machine, $"it has {MostDrives} already", type);
        }

        var taken = spec.Drives.Where(drive => drive.Controller == controller).Select(static drive => drive.Place).ToHashSet();
        switch (controller)
        {
            case VMControllerType.SCSI:
                return isRunning && !HasScsi(spec)
                    ? throw NeedsStop(machine, type, "it was started without a SCSI controller", $"{Noun(type, "Add")} {machine}")
                    : First(0, ScsiTargets, taken) ?? throw Full(machine, $"its SCSI controller has {ScsiTargets} drives already", type);
            case VMControllerType.SATA:
                return isRunning
                    ? throw NeedsStop(machine, type, "SATA drives come and go only while it is off; SCSI drives at any time", $"{Noun(type, "Add")} {machine} -ControllerType SCSI")
                    : First(0, SataPorts, taken) ?? throw Full(machine, $"its SATA controller has {SataPorts} drives already; SCSI takes {ScsiTargets}", type);
            default:
                return !isRunning ? null : FreePort(spec) ?? throw NeedsStop(machine, type, $"none of its {spec.HotplugPorts} hot-plug ports is free; SCSI needs none", $"{Noun(type, "Add")} {machine} -ControllerType SCSI; or for more of them from its next start on: Set-VM {machine} -HotplugPortCount {spec.HotplugPorts + 2}");
        }
    }

    /// <summary>The first hot-plug port that nothing is in; null: none.</summary>
    public static int? FreePort(VmSpec spec) =>
        First(1, spec.HotplugPorts, TakenPorts(spec).ToHashSet());

    /// <summary>How many devices of their own are to be able to come while it runs.</summary>
    /// <exception cref="VirtException">InvalidArgument: too many, or fewer than are taken.</exception>
    public static void CheckPorts(string machine, VmSpec spec, int? count)
    {
        var taken = TakenPorts(spec).Max() ?? 0;
        if (count is { } wanted && (wanted < taken || wanted > MostHotplugPorts))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidHotplugPortCount", $"Cannot change VM '{machine}': its hot-plug ports are {wanted}; {taken} to {MostHotplugPorts} are allowed{(taken > 0 ? $", for something is in port {taken}" : "")}.", machine, $"Set-VM {machine} -HotplugPortCount {MostHotplugPorts / 4}");
        }
    }

    /// <summary>The next free name, such as <c>disk1</c>.</summary>
    public static string NameOf(VmSpec spec, VMDriveType type)
    {
        var (start, first) = type == VMDriveType.HardDisk ? ("disk", 1) : ("dvd", 0);
        var names = spec.Drives.Select(static drive => drive.Name).ToHashSet(StringComparer.Ordinal);
        var number = first;
        while (names.Contains(FormattableString.Invariant($"{start}{number}")))
        {
            number++;
        }

        return FormattableString.Invariant($"{start}{number}");
    }

    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void CheckLimits(string verb, string machine, VMDriveType type, long? iops, long? bytes)
    {
        foreach (var (value, name) in new[] { (iops, "MaximumIOPS"), (bytes, "MaximumBytesPerSecond") })
        {
            // QEMU's own bound.
            if (value is < 0 or > 1_000_000_000_000_000)
            {
                throw Bad(machine, "InvalidLimit", $"the {name} is {value}; 1 and more are allowed, and 0 for no limit", $"{Noun(type, "Set")} {machine} {FirstDisk} -{name} 0", verb);
            }
        }
    }

    /// <summary>It cannot come or go while the machine runs.</summary>
    public static VirtException NeedsStop(string machine, VMDriveType type, string why, string instead, string what = "add a drive to") =>
        new(ErrorCode.WrongState, "NeedsStop", $"Cannot {what} VM '{machine}' while it runs: {why}.", machine, $"{instead}; or stop it first: Stop-VM {machine}");

    /// <summary>A cmdlet's name, such as <c>Add-VMDvdDrive</c>.</summary>
    public static string Noun(VMDriveType type, string verb) => type == VMDriveType.HardDisk ? $"{verb}-VMHardDiskDrive" : $"{verb}-VMDvdDrive";

    /// <summary>Drives whose devices QEMU cannot save with a guest's memory, nor send.</summary>
    public static IEnumerable<VmDrive> Unsaveable(VmSpec spec) => spec.Drives.Where(static drive => drive.Controller == VMControllerType.NVMe);

    /// <summary>Whether the machine is started with a SCSI controller.</summary>
    public static bool HasScsi(VmSpec spec) => spec.HasScsiController || spec.Drives.Any(static drive => drive.Controller == VMControllerType.SCSI);

    // Of devices of their own: null stands for those that are in none.
    private static IEnumerable<int?> TakenPorts(VmSpec spec) =>
        spec.Drives.Where(static drive => drive.Controller is VMControllerType.Virtio or VMControllerType.NVMe).Select(static drive => drive.Place).Concat(spec.Adapters.Select(static adapter => adapter.Place));

    private static int? First(int from, int count, HashSet<int?> taken)
    {
        for (var place = from; place < from + count; place++)
        {
            if (!taken.Contains(place))
            {
                return place;
            }
        }

        return null;
    }

    private static VirtException Bad(string machine, string id, string why, string action, string verb = "add a drive to") =>
        new(ErrorCode.InvalidArgument, id, $"Cannot {verb} VM '{machine}': {why}.", machine, action);

    private static VirtException Full(string machine, string why, VMDriveType type) =>
        new(ErrorCode.ResourceExhausted, "NoPlaceForDrive", $"Cannot add a drive to VM '{machine}': {why}.", machine, $"{Noun(type, "Get")} {machine}");
}
