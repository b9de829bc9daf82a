using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Vms;

/// <summary>What a machine is once it was brought back to a checkpoint: pure.</summary>
internal static class VmRestore
{
    /// <summary>
    /// The machine as it was. What stays as it is now: its name, when its checkpoints are made and what they are (one that is gone back to must not end them), its disks that are independent of checkpoints, the ports of the host that
    /// lead to it, and what is under way with it.
    /// </summary>
    /// <param name="present">What it is now, or already was made by this.</param>
    /// <param name="moment">The checkpoint, with the places in networks that were taken for it.</param>
    /// <param name="isThere">Says whether an image is there.</param>
    public static VmSpec Of(VmSpec present, VmCheckpointSpec moment, Func<string, bool> isThere)
    {
        var was = moment.Machine;
        var first = PlaceOf(moment, Guid.Empty);
        var drives = DrivesOf(present, moment, isThere);
        return was with
        {
            Disk = present.Disk is { } disk ? Limited(disk, was.Disk) : null,
            Drives = drives,
            HasScsiController = was.HasScsiController || drives.Any(drive => drive.Controller == VMControllerType.SCSI && was.Drives.All(other => other.Id != drive.Id)),
            Network = first?.Network ?? was.Network,
            MacAddress = first?.Attachment.MacAddress ?? was.MacAddress,
            Attachment = first?.Attachment ?? (was.Attachment is null ? null : present.Attachment),
            Adapters = [.. was.Adapters.Select(adapter => WithPlace(adapter, PlaceOf(moment, adapter.Id), present))],

            // It would be part of the machine at once, and the guest whose memory comes back has it before it.
            Pending = moment.HasMemory ? null : was.Pending,
            CheckpointType = present.CheckpointType,
            CheckpointPlan = present.CheckpointPlan,
            Checkpoint = present.Checkpoint,
            Epoch = present.Epoch,
            AdapterStep = present.AdapterStep,
            Move = present.Move,
            StorageMove = present.StorageMove,
            Exports = present.Exports,
        };
    }

    /// <summary>What of it could not come back; empty: nothing.</summary>
    /// <param name="restored">What <see cref="Of"/> has made.</param>
    /// <param name="moment">The checkpoint.</param>
    public static string Missing(VmSpec restored, VmCheckpointSpec moment)
    {
        var words = moment.Machine.Drives.Select(drive => WordsOf(drive, restored))
            .Concat(moment.Places.Select(place => WordsOf(place, moment.Machine)))
            .Where(static text => text.Length > 0).ToList();
        return words.Count == 0 ? "" : $"Other than at its checkpoint '{moment.Name}': {string.Join("; ", words)}.";
    }

    private static string WordsOf(VmDrive was, VmSpec restored)
    {
        var now = restored.Drives.FirstOrDefault(drive => drive.Id == was.Id);
        return now is null ? $"it has no drive '{was.Name}'{(was.Media is { } lost ? $", which held '{lost.Path}'" : "")}"
            : was.Media is { } media && now.Media is null ? $"its drive '{was.Name}' is empty, for there is no '{media.Path}' any more"
            : "";
    }

    private static string WordsOf(VmCheckpointPlace place, VmSpec was)
    {
        var (name, then) = was.Adapters.FirstOrDefault(adapter => adapter.Id == place.Adapter) is { } adapter ? (adapter.Name, adapter.Attachment) : (AdapterDevice.First, was.Attachment);
        return then is null || then.Addresses.SequenceEqual(place.Attachment.Addresses, StringComparer.Ordinal)
            ? ""
            : $"its adapter '{name}' has the address {string.Join(", ", place.Attachment.Addresses)}, for {string.Join(", ", then.Addresses)} is not free";
    }

    private static VmCheckpointPlace? PlaceOf(VmCheckpointSpec moment, Guid adapter) => moment.Places.FirstOrDefault(place => place.Adapter == adapter);

    // None was taken where an agent before places has begun the restore: what is there stays.
    private static VmAdapter WithPlace(VmAdapter adapter, VmCheckpointPlace? place, VmSpec present) => place is null
        ? adapter with { Attachment = adapter.Attachment is null ? null : present.Adapters.FirstOrDefault(other => other.Id == adapter.Id)?.Attachment }
        : adapter with { Attachment = place.Attachment, Network = place.Network, MacAddress = place.Attachment.MacAddress };

    private static List<VmDrive> DrivesOf(VmSpec present, VmCheckpointSpec moment, Func<string, bool> isThere)
    {
        // Those that have come since and are the machine's own: checkpoints do not know them, so they stay.
        var since = present.Drives.Where(drive => drive.IsOwned && moment.Machine.Drives.All(other => other.Id != drive.Id)).Select(Unplugged).ToList();
        var drives = new List<VmDrive>();
        foreach (var drive in moment.Machine.Drives)
        {
            var now = present.Drives.FirstOrDefault(other => other.Id == drive.Id);
            var back = drive.IsOwned ? now is null || now.IsIndependent ? now : drive with { Media = Limited(now.Media!, drive.Media) }
                : since.Exists(other => IsInTheWay(other, drive)) ? null
                : drive.Media is not { } media || isThere(media.Path) ? drive
                : drive.Type == VMDriveType.Dvd ? drive with { Media = null } : null;
            if (back is not null)
            {
                drives.Add(back);
            }
        }

        return [.. drives, .. since];
    }

    // Its hot-plug port may be another's, as it was.
    private static VmDrive Unplugged(VmDrive drive) => drive.Controller is VMControllerType.SCSI or VMControllerType.SATA ? drive : drive with { Place = null };

    private static bool IsInTheWay(VmDrive one, VmDrive other) =>
        one.Name == other.Name || (one.Place is not null && one.Controller == other.Controller && one.Place == other.Place);

    // Its files are those of now, its limits those of then.
    private static VmDisk Limited(VmDisk now, VmDisk? was) => was is null ? now : now with { SizeBytes = was.SizeBytes, MaximumIops = was.MaximumIops, MaximumBytesPerSecond = was.MaximumBytesPerSecond };
}
