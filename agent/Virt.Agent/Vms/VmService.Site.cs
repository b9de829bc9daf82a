using System.IO;
using System.Linq;
using Virt.Agent.Hosts;
using Virt.Agent.Storage;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What a machine of another host would find here.</summary>
public sealed partial class VmService
{
    private static readonly string[] OwnNetworks = [NewVMCheck.IsolatedNetwork, NewVMCheck.UserNetwork];

    /// <summary>Looks at what decides whether it can come. Writes nothing.</summary>
    /// <param name="machine">What comes.</param>
    /// <param name="qemuVersion">The version of this host's QEMU; null: none.</param>
    internal MoveSite SiteFor(CheckMove machine, string? qemuVersion)
    {
        var folder = machine.StoragePath ?? VmFolder.DiskFolder(paths);
        var exists = Directory.Exists(folder);
        return new MoveSite
        {
            HostName = self.Name,
            Architecture = facts.Architecture,
            QemuVersion = qemuVersion,
            Accelerator = Host.Accelerator,
            CpuFlags = facts.CpuFlags.ToHashSet(),
            MemoryAvailableBytes = facts.MemoryAvailableBytes,
            HasUefi = Host.Firmware.UefiCode is not null,
            HasSwtpm = Programs.Find(VmTpm.Program) is not null,
            OwnNetworks = OwnNetworks,
            Arrival = machine.Addresses.Length == 0 ? null : networks.FindArrival(machine.Network, machine.Addresses, machine.IsLive ? machine.Publish : []),
            HasImage = machine.Image.Length == 0 || images.VmNames.Contains(machine.Image, System.StringComparer.OrdinalIgnoreCase),
            ImageFolder = images.NewVmFolder,
            IsTaken = entries.ContainsKey(machine.VMId) || FindByName(machine.VMName) is not null,
            IsDiskShared = !IsSentElsewhere(machine) && IsSameDisk(machine),
            StorageFolder = folder,
            StorageFreeBytes = exists ? new DriveInfo(folder).AvailableFreeSpace : machine.StoragePath is null ? new DriveInfo(paths.State).AvailableFreeSpace : null,
            MissingBacking = MissingBacking(machine),
        };
    }

    /// <summary>Where a disk goes that is copied here: its own name, or the next free one.</summary>
    internal string PathForCopy(CheckMove machine)
    {
        var folder = machine.StoragePath ?? VmFolder.DiskFolder(paths);
        var path = Path.Combine(folder, Path.GetFileName(machine.DiskPath));
        return !Path.Exists(path) && !IsPlanned(path)
            ? path
            : FreePath(machine.VMName, folder, Path.GetExtension(machine.DiskPath));
    }

    /// <summary>Looks whether this host has a machine's very disk: the same number in the lease at the same path, and everything below it.</summary>
    internal static bool IsSameDisk(CheckMove machine)
    {
        try
        {
            return machine.DiskPath.Length > 0
                && File.Exists(machine.DiskPath)
                && DiskLeaseFile.Read(machine.DiskPath)?.Nonce == machine.DiskNonce
                && MissingBacking(machine) is null;
        }
        catch (DiskException)
        {
            return false;
        }
    }

    // A folder that was asked for is where the disk is to be, whether or not this host reaches it where it is.
    private static bool IsSentElsewhere(CheckMove machine) =>
        machine is { IncludeStorage: true, StoragePath: { } folder } && Path.TrimEndingDirectorySeparator(folder) != Path.GetDirectoryName(machine.DiskPath);

    private static string? MissingBacking(CheckMove machine) =>
        machine.BackingPaths.Zip(machine.BackingLengths).Where(static layer => Length(layer.First) != layer.Second).Select(static layer => layer.First).FirstOrDefault();
}
