using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Agent.Storage.Vhds;
using Virt.Linux.Files;

namespace Virt.Agent.Vms;

/// <summary>What those who work on disk images want to know of the machines.</summary>
public sealed partial class VmService : IVhdUsers
{
    IReadOnlyList<string> IVhdUsers.Paths => [.. entries.Values.SelectMany(static entry => entry.Spec.Drives.Where(static drive => drive.Type == VMDriveType.HardDisk).Select(static drive => drive.Media?.Path).Prepend(entry.Spec.Disk?.Path)).OfType<string>().Distinct(StringComparer.Ordinal)];

    IReadOnlyList<VhdUser> IVhdUsers.Find(string path)
    {
        var identity = FileIdentity.Read(path);
        var found = new List<VhdUser>();
        foreach (var entry in entries.Values.OrderBy(static entry => entry.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (UsesOf(entry).Where(use => use.Path == path || (identity is not null && identity.IsSame(FileIdentity.Read(use.Path)))).ToList() is [var (_, use, format), ..])
            {
                // A memory that is kept goes with the disk as it is.
                var state = entry.State;
                found.Add(new VhdUser(entry.Id, entry.Name, state, state is VMState.Stopped or VMState.Failed && entry.Run?.Saved is null, VmStates.IsAlive(state) && entry.Session is not null, use, format, CheckpointsOf(entry).Count > 0));
            }
        }

        return found;
    }

    async ValueTask<IDisposable> IVhdUsers.HoldAsync(string verb, Guid id, Call call) => await LockAsync(verb, Find(verb, id, ""), call).ConfigureAwait(false);

    async Task IVhdUsers.GrowAsync(string verb, Guid id, string path, long sizeBytes, Call call)
    {
        var asked = $"{verb} the disk of";
        var entry = Find(asked, id, "");
        var device = FindDisk(entry, path) is { Drive: { } drive } ? drive.Name : QemuArguments.DiskDevice;
        await AskQemuAsync(asked, entry.Name, entry.Session, session => session.ResizeDiskAsync(device, sizeBytes, CancellationToken.None)).ConfigureAwait(false);
    }

    async Task IVhdUsers.RefreshAsync(Guid id, string path)
    {
        if (!entries.TryGetValue(id, out var entry) || FindDisk(entry, path) is not (var disk, var drive))
        {
            return;
        }

        try
        {
            var info = await disks.InfoAsync(disk.Path, disk.Format, CancellationToken.None).ConfigureAwait(false);
            if (info.SizeBytes == disk.SizeBytes)
            {
                return;
            }

            disk = disk with { SizeBytes = info.SizeBytes };
            if (drive is null)
            {
                entry.Set(table, entry.Phase, entry.Run, entry.Spec with { Disk = disk });
            }
            else
            {
                SetDrive(entry, drive, drive with { Media = disk });
            }
        }
        catch (DiskException e)
        {
            AgentLog.Error($"Could not read how large the disk of VM '{entry.Name}' is", e);
        }
    }

    // The drive null: it is the first disk.
    private static (VmDisk Disk, VmDrive? Drive)? FindDisk(VmEntry entry, string path)
    {
        var identity = FileIdentity.Read(path);
        if (entry.Spec.Disk is { } first && IsIt(first))
        {
            return (first, null);
        }

        return entry.Spec.Drives.FirstOrDefault(drive => drive.Media is { } media && IsIt(media)) is { } found ? (found.Media!, found) : null;

        bool IsIt(VmDisk disk) => disk.Path == path || (identity is not null && identity.IsSame(FileIdentity.Read(disk.Path)));
    }

    // What it writes first, then what its checkpoints keep, then what it only reads.
    private IEnumerable<(string Path, VhdUse Use, string Format)> UsesOf(VmEntry entry)
    {
        if (entry.Spec.Disk is { } disk)
        {
            yield return (disk.Path, VhdUse.Disk, disk.Format);
        }

        foreach (var drive in entry.Spec.Drives)
        {
            if (drive.Media is { } media)
            {
                yield return (media.Path, drive.IsOwned ? VhdUse.Disk : VhdUse.Base, media.Format);
            }

            foreach (var layer in drive.Media?.Backing ?? [])
            {
                yield return (layer.Path, VhdUse.Base, layer.Format);
            }
        }

        foreach (var file in FilesOf(entry))
        {
            var layer = CheckpointsOf(entry).SelectMany(static checkpoint => checkpoint.Spec.Disks).Select(static disk => disk.Layer).FirstOrDefault(layer => layer.Path == file);
            yield return (file, VhdUse.Checkpoint, layer?.Format ?? "qcow2");
        }

        foreach (var layer in entry.Spec.Disk?.Backing ?? [])
        {
            yield return (layer.Path, VhdUse.Base, layer.Format);
        }
    }
}
