using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Networks;
using Virt.Agent.Vms.Seeds;

namespace Virt.Agent.Vms;

/// <summary>What a virtual machine was asked to be; stored as JSON.</summary>
public sealed record VmSpec
{
    /// <summary>Memory of the guest, a multiple of 1 MiB.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>How much memory it can come to have while it runs; 0: what it was started with, as of machines that were made before there was more.</summary>
    public long MaximumMemoryBytes { get; init; }

    /// <summary>What pages of the host its memory is made of.</summary>
    public VMBackingPageSize BackingPageSize { get; init; }

    /// <summary>The memory that has come since it was started, in the order in which it came.</summary>
    public IReadOnlyList<VmDimm> AddedMemory { get; set; } = [];

    /// <summary>Its memory with what has come since.</summary>
    public long AllMemory() => MemoryBytes + AddedMemory.Sum(static dimm => dimm.SizeBytes);

    /// <summary>Virtual processors.</summary>
    public required int ProcessorCount { get; init; }

    /// <summary>1: BIOS. 2: UEFI. Where the image is a kernel: how that is started (docs/images.md).</summary>
    public required int Generation { get; init; }

    /// <summary>The CPU that it has; of machines that were made before there was a choice, and of what seals and installs: its host's.</summary>
    public VMArchitecture Architecture { get; init; }

    /// <summary>The image it was made from; null: none.</summary>
    public string? Image { get; init; }

    /// <summary>Whether its image's kernel is started, which it then needs; null: of machines that were made before that was written down.</summary>
    public bool? StartsKernel { get; init; }

    /// <summary>The system UUID that its guest sees, where that is not its own id: the original's, of a copy that keeps its identity.</summary>
    public Guid? SystemId { get; init; }

    /// <summary>Its guest is another machine's still, which it is a copy of: it becomes another one when its guest agent first answers.</summary>
    public bool RenewsIdentity { get; init; }

    /// <summary>Its disk; null: none.</summary>
    public VmDisk? Disk { get; init; }

    /// <summary>The network it is on; null: none.</summary>
    public string? Network { get; init; }

    /// <summary>Of its network adapter; null where it has none.</summary>
    public string? MacAddress { get; init; }

    /// <summary>Its place in a network of the host; null where QEMU's own is its network.</summary>
    public NetworkAttachment? Attachment { get; set; }

    /// <summary>What waits for its next start; null: nothing.</summary>
    public VmPending? Pending { get; init; }

    /// <summary>The machine as it is from its next start on: it is started with what has come to it.</summary>
    public VmSpec FromNextStart() => (Pending, AddedMemory.Count) switch
    {
        (null, 0) => this,
        (null, _) => this with { MemoryBytes = AllMemory(), AddedMemory = [] },
        _ => Pending.ApplyTo(this with { MemoryBytes = AllMemory(), AddedMemory = [] }),
    };

    /// <summary>Whether it is started when its host has started.</summary>
    public VMStartAction StartAction { get; init; }

    /// <summary>So long after its host.</summary>
    public TimeSpan StartDelay { get; init; }

    /// <summary>The names of the machines that are started before it.</summary>
    public IReadOnlyList<string> After { get; set; } = [];

    /// <summary>What becomes of it when its host stops.</summary>
    public VMStopAction StopAction { get; init; }

    /// <summary>What its checkpoints are where nobody says it.</summary>
    public VMCheckpointType CheckpointType { get; init; }

    /// <summary>When its checkpoints are made by themselves; null: never.</summary>
    public VmCheckpointPlan? CheckpointPlan { get; init; }

    /// <summary>The user's own words.</summary>
    public string Notes { get; init; } = "";

    /// <summary>How often it has changed its host: see <see cref="Storage.DiskLease.Epoch"/>.</summary>
    public long Epoch { get; set; }

    /// <summary>The move that it is in; null: none.</summary>
    public VmMove? Move { get; set; }

    /// <summary>Its disk is on its way to another folder; null: it is not.</summary>
    public VmStorageMove? StorageMove { get; init; }

    /// <summary>The archives that are being written of it.</summary>
    public IReadOnlyList<VmExport> Exports { get; set; } = [];

    /// <summary>The checkpoint, perhaps a hidden one, that its present state has come from; null: none.</summary>
    public Guid? Checkpoint { get; set; }

    /// <summary>What it shows its screen by; of machines that were made before there were any, and of all that are not given one: none.</summary>
    public VMVideoAdapter VideoAdapter { get; init; }

    /// <summary>What its guest is told when it comes up for the first time; null: nothing.</summary>
    public VmSeed? Seed { get; init; }

    /// <summary>What it has beside its first disk, in the order in which they came.</summary>
    public IReadOnlyList<VmDrive> Drives { get; set; } = [];

    /// <summary>What the guest sees its first network adapter as.</summary>
    public VMNetworkAdapterModel AdapterModel { get; init; }

    /// <summary>What is half done to its first network adapter.</summary>
    public VmPartStep AdapterStep { get; init; }

    /// <summary>The network adapters that it has beside its first, in the order in which they came.</summary>
    public IReadOnlyList<VmAdapter> Adapters { get; set; } = [];

    /// <summary>It has a SCSI controller, also where nothing is on it yet; machines that were made before there were any have none.</summary>
    public bool HasScsiController { get; init; }

    /// <summary>The model of its processors: see <see cref="Vms.CpuModel"/>; null: all that its host has.</summary>
    public string? CpuModel { get; init; }

    /// <summary>Cores of each socket; 0: all are in one.</summary>
    public int CoresPerSocket { get; init; }

    /// <summary>Threads of each core; 0: one.</summary>
    public int ThreadsPerCore { get; init; }

    /// <summary>The names of the drives and network adapters that it is started from, the first first; drives that are not named come after them, in their order.</summary>
    public IReadOnlyList<string> BootOrder { get; set; } = [];

    /// <summary>Its UEFI starts only what is signed.</summary>
    public bool SecureBoot { get; init; }

    /// <summary>The file of its host that it begins with in place of the BIOS; null: the BIOS, or UEFI.</summary>
    public string? FirmwarePath { get; init; }

    /// <summary>It has a virtual TPM, whose state is its own.</summary>
    public bool HasTpm { get; init; }

    /// <summary>Who has made it, as its guest reads it; empty: as QEMU says it.</summary>
    public string Manufacturer { get; set; } = "";

    /// <summary>What it is called; empty: as QEMU says it.</summary>
    public string Product { get; set; } = "";

    /// <summary>Its serial number; empty: none.</summary>
    public string SerialNumber { get; set; } = "";

    /// <summary>Its number in somebody's inventory; empty: none.</summary>
    public string AssetTag { get; set; } = "";

    /// <summary>What becomes of it when its guest has not fed its watchdog in time; None: it has no watchdog.</summary>
    public VMWatchdogAction WatchdogAction { get; init; }

    /// <summary>It has a USB tablet, and a USB controller for it.</summary>
    public bool HasUsbTablet { get; init; }

    /// <summary>It has a port for an agent inside its guest, which is put there when it is needed.</summary>
    public bool HasAgent { get; init; }

    /// <summary>How its guest is asked whether it works; null: it is healthy when its guest agent answers.</summary>
    public HealthCheck? Health { get; init; }

    /// <summary>The disks beside the first that belong to the machine's state.</summary>
    public IEnumerable<VmDrive> FurtherDisks() => Drives.Where(static drive => drive.IsOwned);

    /// <summary>The disks that checkpoints hold: the first, and those that are not independent of them.</summary>
    public IEnumerable<VmOwnDisk> HeldDisks() => OwnDisks().Where(disk => !Drives.Any(drive => drive.Id == disk.Drive && drive.IsIndependent));

    /// <summary>The disks that are its own, the first one first.</summary>
    public IEnumerable<VmOwnDisk> OwnDisks() => FurtherDisks().Select(static drive => new VmOwnDisk(drive.Id, drive.Name, drive.Media!))
        .Prepend(Disk is null ? null : new VmOwnDisk(Guid.Empty, QemuArguments.DiskDevice, Disk)).OfType<VmOwnDisk>();

    /// <summary>All its images, also those that it only reads.</summary>
    public IEnumerable<VmDisk> Images() => Drives.Select(static drive => drive.Media).Prepend(Disk).OfType<VmDisk>();

    /// <summary>What its images are children of.</summary>
    public IEnumerable<VmDiskLayer> Layers() => Images().SelectMany(static disk => disk.Backing);

    /// <summary>A disk of the machine; null: it has none of that id.</summary>
    /// <param name="drive">The disk's drive; empty: the first disk.</param>
    public VmDisk? DiskOf(Guid drive) => drive == Guid.Empty ? Disk : Drives.FirstOrDefault(one => one.Id == drive)?.Media;

    /// <summary>The same with another disk in a drive.</summary>
    public VmSpec WithDisk(Guid drive, VmDisk disk) => drive == Guid.Empty
        ? this with { Disk = disk }
        : this with { Drives = [.. Drives.Select(one => one.Id == drive ? one with { Media = disk } : one)] };

    /// <summary>How many devices of their own can come while it runs.</summary>
    public int HotplugPorts { get; init; }
}
