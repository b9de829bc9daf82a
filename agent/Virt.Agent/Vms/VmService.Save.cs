using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>How the moment of a running guest is kept: its memory is written while it runs, and it stands still only for the last of it.</summary>
public sealed partial class VmService
{
    private const string MemoryDescriptor = "checkpoint-memory";
    private const long SpaceReserve = 64L << 20;

    // QEMU stops the guest when it thinks that the rest takes no longer than this; what comes on top is the devices, the disk and our own steps.
    private static readonly TimeSpan LastRound = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan SaveTick = TimeSpan.FromMilliseconds(200);

    private async Task<VmCheckpointSpec> SaveAsync(VmEntry entry, VmSession session, CheckpointEntry checkpoint, Call call)
    {
        session.IsHeld = true;
        try
        {
            var layers = await AttachLayersAsync(entry, session, checkpoint, call.Cancellation).ConfigureAwait(false);
            await FaultPoint.ReachAsync(CheckpointFaults.Attached, call.Cancellation).ConfigureAwait(false);
            return checkpoint.Spec switch
            {
                { HasMemory: true } => await SaveMemoryAsync(entry, session, checkpoint, layers, call).ConfigureAwait(false),
                { Type: VMCheckpointType.Production } => await SaveFrozenAsync(entry, session, checkpoint, layers, call).ConfigureAwait(false),
                _ => await SaveDisksAsync(entry, session, checkpoint, layers).ConfigureAwait(false),
            };
        }
        finally
        {
            session.IsHeld = false;
        }
    }

    // The new layers, ready to be put on top, beside what the disks are at present.
    private static async Task<IReadOnlyList<(string Disk, string Overlay)>> AttachLayersAsync(VmEntry entry, VmSession session, CheckpointEntry checkpoint, CancellationToken cancellation)
    {
        var layers = new List<(string Disk, string Overlay)>();
        foreach (var held in entry.Spec.HeldDisks())
        {
            // Named after its file, which no other layer of the machine's life has.
            var path = checkpoint.Spec.DiskOf(held.Drive)!.Overlay!;
            var node = held.Name + "-" + Path.GetExtension(Path.GetFileNameWithoutExtension(path))[1..];
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            await session.AddLayerAsync(node, path, file, cancellation).ConfigureAwait(false);
            layers.Add((await session.ReadDiskAsync(held.Device, cancellation).ConfigureAwait(false), node));
        }

        return layers;
    }

    private async Task<VmCheckpointSpec> SaveMemoryAsync(VmEntry entry, VmSession session, CheckpointEntry checkpoint, IReadOnlyList<(string Disk, string Overlay)> layers, Call call)
    {
        var cancellation = call.Cancellation;
        using var watch = new MigrationWatch(session);
        using var memory = File.OpenHandle(FolderOf(entry).MemoryFile(checkpoint.Id), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var machine = await session.ReadMachineTypeAsync(cancellation).ConfigureAwait(false);
        await session.GiveAsync(MemoryDescriptor, memory, cancellation).ConfigureAwait(false);
        await session.PrepareToSendAsync(isPausing: true, cancellation).ConfigureAwait(false);
        await session.SetLastRoundAsync(LastRound, cancellation).ConfigureAwait(false);
        if (QemuArguments.LosesWrites(entry.Spec, checkpoint.Spec.Accelerator))
        {
            await session.HoldAsync(cancellation).ConfigureAwait(false);
        }

        await session.SendAsync(MemoryDescriptor, cancellation).ConfigureAwait(false);
        await FaultPoint.ReachAsync(CheckpointFaults.Saving, cancellation).ConfigureAwait(false);

        await watch.WhenAsync(static w => w.Status is "pre-switchover" or "failed" or "cancelled", SaveTick, () => ReportSaveAsync(entry, session, "Checkpointing", call), cancellation).ConfigureAwait(false);
        await CheckSavedAsync("checkpoint", entry, session, watch, "pre-switchover").ConfigureAwait(false);
        await FaultPoint.ReachAsync(CheckpointFaults.Paused, cancellation).ConfigureAwait(false);
        await SwitchDisksAsync(entry, session, checkpoint, layers, cancellation).ConfigureAwait(false);
        await session.SwitchOverAsync(cancellation).ConfigureAwait(false);
        await watch.WhenAsync(static w => w.Status is "completed" or "failed" or "cancelled", SaveTick, () => ReportSaveAsync(entry, session, "Checkpointing", call), cancellation).ConfigureAwait(false);
        await CheckSavedAsync("checkpoint", entry, session, watch, "completed").ConfigureAwait(false);
        await FaultPoint.ReachAsync(CheckpointFaults.Saved, cancellation).ConfigureAwait(false);
        var wasPaused = checkpoint.Spec.State == VMState.Paused;
        await (wasPaused ? session.StandStillAsync(cancellation) : session.GoOnAsync(cancellation)).ConfigureAwait(false);
        var paused = watch.StopTime is { } stop && !wasPaused ? time.GetUtcNow() - stop : TimeSpan.Zero;
        await FaultPoint.ReachAsync(CheckpointFaults.Running, cancellation).ConfigureAwait(false);

        // The guest runs already; a checkpoint that is told of outlives a crash of the host.
        call.Report($"Checkpointing VM '{entry.Name}'", "bringing its memory to the host's disk");
        await Task.Run(() => RandomAccess.FlushToDisk(memory), CancellationToken.None).ConfigureAwait(false);
        await FaultPoint.ReachAsync(CheckpointFaults.Flushed, cancellation).ConfigureAwait(false);
        AgentLog.Info(FormattableString.Invariant($"VM '{entry.Name}' stood still for {paused.TotalMilliseconds:0.0} ms for its checkpoint '{checkpoint.Name}' ({RandomAccess.GetLength(memory) >> 20} MiB of memory)"));
        return checkpoint.Spec with { MachineType = machine, PauseDuration = paused, Time = (wasPaused ? null : watch.StopTime) ?? checkpoint.Spec.Time };
    }

    private async Task<VmCheckpointSpec> SaveDisksAsync(VmEntry entry, VmSession session, CheckpointEntry checkpoint, IReadOnlyList<(string Disk, string Overlay)> layers)
    {
        // Once it stands still, nothing keeps it from going on, where it ran.
        var wasPaused = entry.Run is { WasPaused: true };
        var start = time.GetTimestamp();
        await session.HoldAsync(CancellationToken.None).ConfigureAwait(false);
        await SwitchDisksAsync(entry, session, checkpoint, layers, CancellationToken.None).ConfigureAwait(false);
        if (wasPaused)
        {
            return checkpoint.Spec;
        }

        await session.ContinueAsync(CancellationToken.None).ConfigureAwait(false);
        return checkpoint.Spec with { PauseDuration = time.GetElapsedTime(start) };
    }

    // The guest stands still and its disks are quiet.
    private async Task SwitchDisksAsync(VmEntry entry, VmSession session, CheckpointEntry checkpoint, IReadOnlyList<(string Disk, string Overlay)> layers, CancellationToken cancellation)
    {
        if (layers.Count > 0)
        {
            await session.PutOnTopAsync(layers, cancellation).ConfigureAwait(false);
        }

        await FaultPoint.ReachAsync(CheckpointFaults.Switched, cancellation).ConfigureAwait(false);
        KeepNvram(entry, checkpoint);
        await FaultPoint.ReachAsync(CheckpointFaults.NvramKept, cancellation).ConfigureAwait(false);
    }

    private static async Task ReportSaveAsync(VmEntry entry, VmSession session, string activity, Call call)
    {
        var figures = await session.ReadMigrationAsync(call.Cancellation).ConfigureAwait(false);
        if (figures.Status != "active")
        {
            return;
        }

        var percent = figures.TotalBytes == 0 ? 0 : (int)(100 * (figures.TotalBytes - figures.RemainingBytes) / figures.TotalBytes);
        var left = figures.BytesPerSecond == 0 ? (TimeSpan?)null : TimeSpan.FromSeconds((double)figures.RemainingBytes / figures.BytesPerSecond);
        call.Report($"{activity} VM '{entry.Name}'", "writing its memory", Math.Clamp(percent, 0, 99), left, figures.BytesPerSecond);
        if (figures.SentBytes > entry.Spec.AllMemory())
        {
            // The guest writes faster than the host: it stands still for the rest, and the file stays below twice its memory.
            await session.SetLastRoundAsync(TimeSpan.FromSeconds(2000), call.Cancellation).ConfigureAwait(false);
        }
    }

    private async Task CheckSavedAsync(string verb, VmEntry entry, VmSession session, MigrationWatch watch, string wanted)
    {
        if (watch.Status == wanted)
        {
            return;
        }

        var free = FreeBytes(FolderOf(entry).State);
        var error = (await session.ReadMigrationAsync(CancellationToken.None).ConfigureAwait(false)).Error;
        throw free < 1 << 20 || error.Contains("No space left", StringComparison.Ordinal)
            ? NoSpace(verb, entry, $"its memory filled the file system of '{FolderOf(entry).State}'")
            : new VirtException(ErrorCode.Unavailable, verb == SaveVerb ? "SaveFailed" : "CheckpointFailed", $"Cannot {verb} VM '{entry.Name}': its memory could not be written ({VmErrors.Sentence(error.Length > 0 ? error : watch.Status)}).", entry.Name, "df -h");
    }

    private void CheckSpace(string verb, VmEntry entry, bool withMemory)
    {
        var needed = (withMemory ? entry.Spec.AllMemory() : 0) + SpaceReserve;
        var folder = FolderOf(entry).State;
        var free = FreeBytes(folder);
        if (free < needed)
        {
            throw NoSpace(verb, entry, FormattableString.Invariant(
                $"'{folder}' has {free >> 20} MiB free; {needed >> 20} MiB are required ({(withMemory ? $"{entry.Spec.AllMemory() >> 20} for its memory and " : "")}{SpaceReserve >> 20} in reserve)"));
        }

        foreach (var place in entry.Spec.HeldDisks().Select(static held => Path.GetDirectoryName(held.Disk.Path)!).Distinct(StringComparer.Ordinal))
        {
            if (FreeBytes(place) is var besides && besides >= SpaceReserve)
            {
                continue;
            }

            throw NoSpace(verb, entry, FormattableString.Invariant($"'{place}', where a disk of it is, has {besides >> 20} MiB free; {SpaceReserve >> 20} MiB are required"));
        }
    }

    private static VirtException NoSpace(string verb, VmEntry entry, string why) =>
        new(ErrorCode.ResourceExhausted, verb == SaveVerb ? "NoSpaceToSave" : "NoSpaceForCheckpoint", $"Cannot {verb} VM '{entry.Name}': {why}.", entry.Name, "df -h. Checkpoints take space too: Get-VMCheckpoint");

    private static long FreeBytes(string folder)
    {
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return new DriveInfo(folder).AvailableFreeSpace;
    }
}
