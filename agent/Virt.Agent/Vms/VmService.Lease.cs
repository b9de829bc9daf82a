using System;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>
/// The lease of a machine's disk: never two QEMUs on one disk, whichever hosts they run on (docs/adr/0008). It stands beside the file that the disk was before its
/// first checkpoint, which stays the same all the time.
/// </summary>
public sealed partial class VmService
{
    // A disk without a lease is older than leases, or nobody's.
    private void CheckLease(string verb, string name, Guid id, long epoch, string? path)
    {
        if (path is null || ReadLease(verb, name, path) is not { } lease)
        {
            return;
        }

        // What a removed machine has left on this very host is free again.
        var isOwn = lease.HostId == self.Id && (id == Guid.Empty ? !entries.ContainsKey(lease.VMId) : lease.VMId == id && lease.Epoch <= epoch);
        if (!isOwn)
        {
            throw VmErrors.Leased(verb, name, path, lease);
        }
    }

    // Before its QEMU starts. A machine that has moved here may still have to write that beside its disk.
    private void CheckLease(string verb, VmEntry entry, bool isWhatIf)
    {
        if (entry.Spec.Move is not { Stage: MoveStage.Owned })
        {
            CheckLease(verb, entry.Name, entry.Id, entry.Spec.Epoch, entry.Spec.Disk?.HomePath);
        }
        else if (!isWhatIf)
        {
            TakeLeaseOnce(verb, entry);
        }

        foreach (var drive in entry.Spec.Drives)
        {
            CheckLease(verb, entry.Name, entry.Id, entry.Spec.Epoch, drive.IsOwned ? drive.Media?.HomePath : null);
        }
    }

    // Of a machine that is this host's by what was agreed with the other one.
    private void TakeLeaseOnce(string verb, VmEntry entry)
    {
        if (ReadLease(verb, entry) is not { } lease || !IsOwn(lease, entry) || lease.Epoch != entry.Spec.Epoch)
        {
            TakeLease(verb, entry);
        }
    }

    // That of the first disk.
    private DiskLease? TakeLease(string verb, VmEntry entry)
    {
        foreach (var drive in entry.Spec.FurtherDisks())
        {
            WriteLease(verb, entry, drive.Media!);
        }

        return entry.Spec.Disk is { } disk ? WriteLease(verb, entry, disk) : null;
    }

    private DiskLease WriteLease(string verb, VmEntry entry, VmDisk disk)
    {
        var lease = new DiskLease { HostId = self.Id, HostName = self.Name, VMId = entry.Id, VMName = entry.Name, Epoch = entry.Spec.Epoch, Nonce = Guid.NewGuid() };
        try
        {
            DiskLeaseFile.Write(disk.HomePath, lease);
            return lease;
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(verb, entry.Name, e);
        }
    }

    // Whether the disk is this host's to delete. One that two hosts reach may be the other one's, now or for all that this host knows of a move that is stuck.
    private bool OwnsDisk(VmEntry entry) => OwnsDisk(entry, ReadLease("remove", entry));

    private bool OwnsDisk(VmEntry entry, DiskLease? lease) => entry.Spec.Move switch
    {
        { Stage: MoveStage.Owned } => true,
        { AreDisksShared: true, Stage: not MoveStage.Offering } => false,
        _ => lease is null || IsOwn(lease, entry),
    };

    private bool IsOwn(DiskLease lease, VmEntry entry) => lease.HostId == self.Id && lease.VMId == entry.Id;

    // Only its own: the disk may be another host's by now. Says whether the disk is this host's to delete.
    private bool DropLease(VmEntry entry)
    {
        var lease = ReadLease("remove", entry);
        if (entry.Spec.Disk is { } disk && (lease is null || IsOwn(lease, entry)))
        {
            GiveUpLease(entry, disk, lease);
        }

        return OwnsDisk(entry, lease);
    }

    private static void GiveUpLease(VmEntry entry, VmDisk disk, DiskLease? lease)
    {
        if (lease is not null && entry.Spec.Move is { Stage: MoveStage.Released, AreDisksShared: true } move)
        {
            YieldLease(entry, disk, lease, move);
        }
        else
        {
            DiskLeaseFile.Remove(disk.HomePath);
        }
    }

    // The destination runs the machine and could not write so yet: until it can the disk is nobody's to take, on this host neither.
    private static void YieldLease(VmEntry entry, VmDisk disk, DiskLease lease, VmMove move)
    {
        try
        {
            DiskLeaseFile.Write(disk.HomePath, lease with { HostId = Guid.Empty, HostName = move.PeerName, Epoch = move.Epoch });
        }
        catch (DiskException e)
        {
            AgentLog.Error($"Could not write in the lease of VM '{entry.Name}' that host '{move.PeerName}' has it", e);
        }
    }

    private static DiskLease? ReadLease(string verb, VmEntry entry) => entry.Spec.Disk is { } disk ? ReadLease(verb, entry.Name, disk.HomePath) : null;

    private static DiskLease? ReadLease(string verb, string name, string path)
    {
        try
        {
            return DiskLeaseFile.Read(path);
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(verb, name, e);
        }
    }

    private static void RefuseWhileMoving(string verb, VmEntry entry)
    {
        switch (entry.Spec.Move)
        {
            case { Stage: MoveStage.Offering } move: throw VmErrors.Moving(verb, entry.Name, move);
            case { Stage: MoveStage.Released } move: throw VmErrors.Released(verb, entry.Name, move);
        }
    }
}
