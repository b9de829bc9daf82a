using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Virt.Agent.Networks;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>
/// What stands in the way of a machine on a host. Pure: each problem with the command that mends it, to be typed where the machine is, but for sudo and mkdir,
/// which are for the host that the problem names.
/// </summary>
public static class MoveRules
{
    /// <summary>Its memory, where that stays because the guest runs.</summary>
    public const string MemoryPart = "memory";

    /// <summary>Before the name of a drive that stays because the guest runs.</summary>
    public const string UnsaveablePart = "unsaveable ";

    /// <summary>Its firmware, where that is a file of its host.</summary>
    public const string FirmwarePart = "firmware";

    /// <summary>Before the name of a checkpoint whose machine begins with a file of its host.</summary>
    public const string CheckpointFirmwarePart = "firmware of ";

    // What QEMU needs itself, beside its guest's memory.
    private const long QemuBytes = 64L << 20;

    /// <summary>All of the problems, the worst first.</summary>
    public static IReadOnlyList<PlanProblem> Find(CheckMove machine, MoveSite site)
    {
        var problems = new List<PlanProblem>();
        if (site.IsTaken)
        {
            Add("VMNameTaken", machine.VMName, $"Host '{site.HostName}' has a VM named '{machine.VMName}', or one with its id, already.", $"Remove-VM -Name {machine.VMName} -ComputerName {site.HostName}");
        }

        var isForeign = machine.Architecture != site.Architecture;
        if (MachineArchitecture.Named(machine.Architecture) is null)
        {
            Add("ArchitectureDiffers", site.HostName, $"The CPU of host '{site.HostName}' is {site.Architecture}; {machine.Architecture} is required.", ElsewhereCommand());
        }
        else
        {
            CheckQemu();
        }

        CheckCpu();
        if (site.MemoryAvailableBytes < machine.MemoryBytes + QemuBytes)
        {
            Add("NotEnoughMemory", site.HostName, $"Host '{site.HostName}' has {Megabytes(site.MemoryAvailableBytes)} of memory free; {Megabytes(machine.MemoryBytes + QemuBytes)} are required.", $"Get-VM -ComputerName {site.HostName} | Stop-VM -Confirm");
        }

        // What brings an emulator brings its firmware too.
        if (machine.Generation == 2 && !site.HasUefi && !(isForeign && site.QemuVersion is null))
        {
            Add("UefiMissing", site.HostName, $"Host '{site.HostName}' has no UEFI firmware{(isForeign ? $" for {machine.Architecture}" : "")}, which a VM of generation 2 needs.", machine.Architecture == "arm64" ? "sudo apt-get install qemu-efi-aarch64" : "sudo apt-get install ovmf");
        }

        if (machine.HasTpm && !site.HasSwtpm)
        {
            Add("SwtpmMissing", site.HostName, $"Host '{site.HostName}' has no {VmTpm.Program}, which a VM with a virtual TPM needs.", $"sudo apt-get install {VmTpm.Program}");
        }

        CheckNetwork(machine.Network, machine.Addresses, machine.Subnets, site.Arrival);
        foreach (var adapter in machine.Adapters)
        {
            CheckNetwork(adapter.Network, adapter.Addresses, adapter.Subnets, site.Arrivals.GetValueOrDefault(adapter.Name));
        }

        if (machine.Image.Length > 0 && !site.HasImage)
        {
            Add("ImageMissing", machine.Image, $"Host '{site.HostName}' has no image '{machine.Image}', whose kernel the VM starts.", CopyImage(machine.ImageFolder, site.HostName, site.ImageFolder));
        }

        CheckDisk();
        foreach (var part in machine.Parts)
        {
            if (part == MemoryPart)
            {
                Add("PartStays", part, "What an emulated guest writes to memory that was added, or is of large pages, while it moves would be lost.", $"Stop-VM -Name {machine.VMName}");
                continue;
            }

            if (part.StartsWith(FirmwarePart, StringComparison.Ordinal))
            {
                var checkpoint = part.StartsWith(CheckpointFirmwarePart, StringComparison.Ordinal) ? part[CheckpointFirmwarePart.Length..] : null;
                Add("PartStays", checkpoint ?? part, $"The firmware of {(checkpoint is null ? "the VM" : $"its checkpoint '{checkpoint}'")}, a file of this host, cannot go with it.", checkpoint is null ? $"Set-VMFirmware {machine.VMName} -FirmwarePath ''" : $"Remove-VMCheckpoint -VMName {machine.VMName} -Name '{checkpoint}' -Confirm");
                continue;
            }

            if (part.StartsWith(UnsaveablePart, StringComparison.Ordinal))
            {
                Add("PartStays", part[UnsaveablePart.Length..], $"Its disk '{part[UnsaveablePart.Length..]}' cannot go with it while it runs: QEMU cannot send NVMe disks, and SCSI and Virtio ones it can.", $"Stop-VM -Name {machine.VMName}");
                continue;
            }

            var (what, command) = part.StartsWith("dvd", StringComparison.Ordinal) ? ("What is in its drive", $"Set-VMDvdDrive {machine.VMName} {part} -Path ''")
                : part.StartsWith("nic", StringComparison.Ordinal) ? ("Its network adapter, which is half added or half removed,", $"Remove-VMNetworkAdapter {machine.VMName} {part}")
                : ("Its disk that is only read,", $"Remove-VMHardDiskDrive {machine.VMName} {part}");
            Add("PartStays", part, $"{what} '{part}' cannot go with it: a move takes its disks and its network adapters alone.", command);
        }

        return problems;

        // No command changes what that host is: another host may do.
        string ElsewhereCommand() =>
            $"Get-VirtPeer | Where-Object Name -ne '{site.HostName}' | ForEach-Object {{ Compare-VM -Name {machine.VMName} -DestinationHost $_.Name }}";

        string QemuPackage() => machine.Architecture == "arm64" ? "qemu-system-arm" : "qemu-system-x86";

        // Two adapters in one network have one problem with it.
        void Add(string id, string target, string message, string fix)
        {
            if (!problems.Any(problem => problem.Id == id && problem.Target == target))
            {
                problems.Add(PlanProblem.Blocking(id, target, message, fix));
            }
        }

        void CheckQemu()
        {
            if (site.QemuVersion is null && isForeign)
            {
                Add("ArchitectureNotInstalled", site.HostName, $"The CPU of host '{site.HostName}' is {site.Architecture}, and nothing is installed there that emulates {machine.Architecture}.", $"sudo apt-get install {MachineArchitecture.PackagesOf(machine.Architecture)}");
                return;
            }

            if (site.QemuVersion is null)
            {
                Add("QemuMissing", site.HostName, $"Host '{site.HostName}' has no QEMU.", $"sudo apt-get install {QemuPackage()}");
                return;
            }

            // A QEMU has the machine types of its own version and of those before it, never of those after it.
            if ((machine.IsLive || machine.IsSaved) && TypeVersion(machine.MachineType) is { } type && Version.TryParse(site.QemuVersion, out var version) && type > new Version(version.Major, version.Minor))
            {
                Add("MachineTypeTooNew", site.HostName, $"The QEMU of host '{site.HostName}' is {site.QemuVersion}, which has no machine type '{machine.MachineType}'.", $"sudo apt-get install --only-upgrade {QemuPackage()}");
            }
        }

        void CheckCpu()
        {
            if (!machine.IsLive && !machine.IsSaved)
            {
                return;
            }

            var forget = machine.IsSaved ? $"Remove-VMSavedState -Name {machine.VMName}" : $"Stop-VM -Name {machine.VMName}";
            if (machine.Accelerator != site.Accelerator)
            {
                Add("AcceleratorDiffers", site.HostName, $"Guests of host '{site.HostName}' run by {site.Accelerator}; the VM {(machine.IsSaved ? "was saved" : "runs")} by {machine.Accelerator}.", forget);
            }
            else if (machine.Accelerator == "kvm" && machine.CpuFlags.Except(site.CpuFlags, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } missing)
            {
                Add("CpuModelDiffers", site.HostName, $"The CPU of host '{site.HostName}' lacks what the guest may use: {string.Join(' ', missing.Take(8))}{(missing.Count > 8 ? " …" : "")}.", machine.CpuModel.Length > 0 || machine.IsSaved ? forget : $"Set-VMProcessor {machine.VMName} -Model x86-64-v2; Restart-VM {machine.VMName}");
            }
            else if (machine is { IsLive: true, Accelerator: "tcg", CpuModel: "" } && site.QemuVersion is { } own && Series(own) != Series(machine.QemuVersion))
            {
                // Each version emulates as much of a CPU as it can.
                Add("CpuModelDiffers", site.HostName, $"The emulated CPU of QEMU {own} on host '{site.HostName}' is not that of QEMU {machine.QemuVersion}.", forget);
            }
        }

        // A machine keeps its address, so it can only come to a network that has it.
        void CheckNetwork(string name, string[] addresses, string[] subnets, NetworkArrival? arrival)
        {
            if (name.Length == 0 || (addresses.Length == 0 && site.OwnNetworks.Contains(name)))
            {
                return;
            }

            var make = $"New-VirtNetwork -Name {name} -Subnet {string.Join(',', subnets)} -ComputerName {site.HostName}";
            if (arrival is not { } found)
            {
                Add("NetworkMissing", name, $"Host '{site.HostName}' has no network named '{name}'.", subnets.Length > 0 ? make : ElsewhereCommand());
                return;
            }

            if (found.Foreign.Count > 0)
            {
                Add(
                    "NetworkDiffers",
                    name,
                    $"Network '{name}' of host '{site.HostName}' is {string.Join(" and ", found.Subnets)}, which does not have the VM's address {string.Join(" and ", found.Foreign)}.",
                    $"Remove-VirtNetwork -Name {name} -ComputerName {site.HostName}; {make}");
            }

            foreach (var (address, why) in found.Taken)
            {
                Add("AddressInUse", address, $"The VM's address {address} is taken in network '{name}' of host '{site.HostName}': {why}.", $"Get-VM -ComputerName {site.HostName}; Get-Container -ComputerName {site.HostName}");
            }

            foreach (var (port, why) in found.TakenPorts)
            {
                Add("PortInUse", port, $"The port '{port}', which the VM publishes, is taken on host '{site.HostName}': {why}.", $"Get-VM -ComputerName {site.HostName}; Get-Container -ComputerName {site.HostName}");
            }
        }

        void CheckDisk()
        {
            if (machine.Disks.Length == 0 || site.UnreachedDisk is not { } unreached)
            {
                return;
            }

            var isOne = machine.Disks.Length == 1;
            var other = MoveFiles.OtherBytes(machine);
            var needed = machine.Disks.Sum(static disk => disk.AllocatedBytes) + MoveFiles.LayerBytes(machine) + (site.StateFreeBytes is null ? other : 0);

            if (!machine.IncludeStorage)
            {
                Add("DiskNotReachable", unreached, $"Host '{site.HostName}' does not reach the disk '{unreached}'.", $"Move-VM -Name {machine.VMName} -DestinationHost {site.HostName} -IncludeStorage");
            }
            else if (site.StorageFreeBytes is not { } free)
            {
                Add("FolderNotFound", site.StorageFolder, $"Host '{site.HostName}' has no folder '{site.StorageFolder}' for {(isOne ? "the disk" : "the disks")}.", $"mkdir -p '{site.StorageFolder}'");
            }
            else if (free < needed)
            {
                Add("NotEnoughSpace", site.StorageFolder, $"Host '{site.HostName}' has {Megabytes(free)} free in '{site.StorageFolder}'; {(isOne ? "the disk takes" : "the disks take")} {Megabytes(needed)}.", $"Get-VM -ComputerName {site.HostName} | Where-Object State -eq Stopped | Remove-VM -DeleteDisk -Confirm");
            }

            if (machine.IncludeStorage && site.StateFreeBytes < other)
            {
                Add("NotEnoughSpace", machine.VMName, $"Host '{site.HostName}' has {Megabytes(site.StateFreeBytes.Value)} free for what the VM's checkpoints keep beside its disks; that takes {Megabytes(other)}.", $"Get-VMCheckpoint -VMName {machine.VMName} | Where-Object HasMemory | Remove-VMCheckpoint -Confirm");
            }

            if (machine.IncludeStorage && site.MissingBacking is { } missing)
            {
                var isWhole = machine.Files.All(static file => file.Kind != MoveFileKind.Layer);
                Add(
                    "BackingMissing",
                    missing,
                    $"Host '{site.HostName}' has no '{missing}' as it is here, which {(isOne ? "the disk" : "one of the disks")} is a copy-on-write child of; the disks of a running VM without checkpoints are copied whole.",
                    !isWhole ? $"Get-VMCheckpoint -VMName {machine.VMName} | Remove-VMCheckpoint -Confirm" : $"Start-VM -Name {machine.VMName} -PassThru | Move-VM -DestinationHost {site.HostName} -IncludeStorage");
            }
        }
    }

    /// <summary>The command, for the machine's host, that brings an image from there to another one.</summary>
    /// <param name="folder">The image's folder there.</param>
    /// <param name="host">The other one.</param>
    /// <param name="hostFolder">Where that has its images.</param>
    public static string CopyImage(string folder, string host, string hostFolder) => $"scp -r '{folder}' '{host}:{hostFolder}/'";

    // "pc-q35-7.2": 7.2
    private static Version? TypeVersion(string type) => Version.TryParse(type[(type.LastIndexOf('-') + 1)..], out var version) ? version : null;

    private static string Series(string version) => string.Join('.', version.Split('.').Take(2));

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MB");
}
