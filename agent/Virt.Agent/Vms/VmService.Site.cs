using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Virt.Agent.Hosts;
using Virt.Agent.Storage;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What a machine of another host would find here.</summary>
public sealed partial class VmService
{
    private static readonly string[] OwnNetworks = [NewVMCheck.IsolatedNetwork, NewVMCheck.UserNetwork];

    /// <summary>Looks at what decides whether it can come. Writes nothing.</summary>
    /// <param name="machine">What comes.</param>
    /// <param name="qemuVersion">The version of this host's QEMU for its CPU; null: none.</param>
    internal MoveSite SiteFor(CheckMove machine, string? qemuVersion)
    {
        var folder = machine.StoragePath ?? VmFolder.DiskFolder(paths);
        var exists = Directory.Exists(folder);
        var host = MachineArchitecture.Of(MachineArchitecture.Named(machine.Architecture) ?? VMArchitecture.Host, Host);
        return new MoveSite
        {
            HostName = self.Name,
            Architecture = facts.Architecture,
            QemuVersion = qemuVersion,
            Accelerator = host.Accelerator,
            CpuFlags = facts.CpuFlags.ToHashSet(),
            MemoryAvailableBytes = facts.MemoryAvailableBytes,
            HasUefi = host.Firmware.UefiCode is not null,
            HasSwtpm = Programs.Find(VmTpm.Program) is not null,
            OwnNetworks = OwnNetworks,
            Arrival = machine.Addresses.Length == 0 ? null : networks.FindArrival(machine.Network, machine.Addresses, machine.IsLive ? machine.Publish : []),
            HasImage = machine.Image.Length == 0 || images.HasVm(machine.Image),
            ImageFolder = images.NewVmFolder,
            Arrivals = machine.Adapters.Where(static adapter => adapter.Addresses.Length > 0)
                .Select(adapter => (adapter.Name, Found: networks.FindArrival(adapter.Network, adapter.Addresses, []))).Where(static one => one.Found is not null).ToDictionary(static one => one.Name, static one => one.Found!),
            IsTaken = entries.ContainsKey(machine.VMId) || FindByName(machine.VMName) is not null,
            UnreachedDisk = UnreachedDisk(machine),
            StorageFolder = folder,
            StorageFreeBytes = exists ? new DriveInfo(folder).AvailableFreeSpace : machine.StoragePath is null ? new DriveInfo(paths.State).AvailableFreeSpace : null,
            StateFreeBytes = exists && machine.StoragePath is not null && !IsOneDevice(folder, paths.State) ? new DriveInfo(paths.State).AvailableFreeSpace : null,
            MissingBacking = machine.Disks.Where(disk => !machine.IsLive || machine.Files.Any(file => file.Kind == MoveFileKind.Layer && file.Drive == disk.Drive)).Select(MissingBacking).FirstOrDefault(static path => path is not null),
        };
    }

    private static string? UnreachedDisk(CheckMove machine) =>
        machine.Disks.FirstOrDefault(disk => IsSentElsewhere(machine, disk) || !IsSameDisk(disk))?.Path
        ?? machine.Files.FirstOrDefault(static file => file.Kind == MoveFileKind.Layer && Length(file.Path) != file.LengthBytes)?.Path;

    private static bool IsOneDevice(string folder, string other) =>
        FileIdentity.Read(folder) is { } one && FileIdentity.Read(other) is { } two && (one.Major, one.Minor) == (two.Major, two.Minor);

    /// <summary>Where each disk goes that is copied here: its own name, or the next free one.</summary>
    internal string[] PathsForCopies(CheckMove machine)
    {
        var folder = machine.StoragePath ?? VmFolder.DiskFolder(paths);
        var found = new List<string>();
        foreach (var disk in machine.Disks)
        {
            var path = Path.Combine(folder, Path.GetFileName(disk.Path));
            var name = disk.Drive == Guid.Empty ? machine.VMName : $"{machine.VMName}-{disk.Name}";
            found.Add(!Path.Exists(path) && !IsPlanned(path) && !found.Contains(path) ? path : FreePath(name, folder, Path.GetExtension(disk.Path)));
        }

        return [.. found];
    }

    /// <summary>Looks whether this host has a machine's very disk: the same number in the lease at the same path, and everything below it.</summary>
    internal static bool IsSameDisk(MoveDisk disk)
    {
        try
        {
            return File.Exists(disk.Path) && DiskLeaseFile.Read(HomeOf(disk))?.Nonce == disk.Nonce && MissingBacking(disk) is null;
        }
        catch (DiskException)
        {
            return false;
        }
    }

    private static string HomeOf(MoveDisk disk) => disk.HomePath.Length > 0 ? disk.HomePath : disk.Path;

    // A folder that was asked for is where the disks are to be, whether or not this host reaches them where they are.
    private static bool IsSentElsewhere(CheckMove machine, MoveDisk disk) =>
        machine is { IncludeStorage: true, StoragePath: { } folder } && Path.TrimEndingDirectorySeparator(folder) != Path.GetDirectoryName(disk.Path);

    private static string? MissingBacking(MoveDisk disk) =>
        disk.BackingPaths.Zip(disk.BackingLengths).Where(static layer => Length(layer.First) != layer.Second).Select(static layer => layer.First).FirstOrDefault();
}
