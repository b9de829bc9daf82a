using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qmp;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What a move does with a machine at its source. Which step comes when is for Fleet to say (docs/adr/0008).</summary>
public sealed partial class VmService
{
    private static readonly TimeSpan TakeBackTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The machines that are in a move, on either side.</summary>
    internal IReadOnlyList<VmEntry> Moving => [.. entries.Values.Where(static e => e.Spec.Move is not null)];

    /// <summary>The machine that is in this very move; null where it is in none, or in another.</summary>
    internal VmEntry? FindMoving(Guid machine, Guid move) => entries.TryGetValue(machine, out var entry) && entry.Spec.Move?.Id == move ? entry : null;

    /// <exception cref="VirtException">NotFound.</exception>
    internal VmEntry FindToMove(Guid id, string name) => Find("move", id, name);

    /// <summary>Enters the lock that the whole move holds.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; Conflict: it is in a move.</exception>
    internal async ValueTask<IDisposable> LockToMoveAsync(VmEntry entry, Call call)
    {
        var held = await LockAsync("move", entry, call).ConfigureAwait(false);
        try
        {
            CheckMove(entry);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Enters the lock of a machine whose move goes on.</summary>
    internal ValueTask<IDisposable> HoldAsync(VmEntry entry) => locks.EnterAsync(entry.Id, CancellationToken.None);

    /// <exception cref="VirtException">WrongState; Conflict: it is in a move.</exception>
    internal static void CheckMove(VmEntry entry)
    {
        RefuseWhileMoving("move", entry);
        VmStates.CheckMove(entry.Name, entry.State);
        if (entry.Spec.Move is { Stage: MoveStage.Owned } last)
        {
            throw new VirtException(ErrorCode.Conflict, "VMMoving", $"Cannot move VM '{entry.Name}': host '{last.PeerName}', which it came from, has not yet removed what is left of it there.", entry.Name, "Get-VirtPeer");
        }

        CheckSound("move", entry);
    }

    /// <summary>What the machine needs at its destination.</summary>
    /// <exception cref="VirtException">Unavailable: QEMU does not answer.</exception>
    internal async Task<CheckMove> DescribeAsync(VmEntry entry, bool includeStorage, string? storagePath, CancellationToken cancellation)
    {
        var spec = entry.Spec;
        var isLive = VmStates.IsAlive(entry.State);
        var (version, type) = isLive ? await AskQemuAsync("move", entry.Name, entry.Session, async session => (session.Version, await session.ReadMachineTypeAsync(cancellation).ConfigureAwait(false))).ConfigureAwait(false) : ("", "");
        var image = KernelOf("move", entry.Name, spec);
        var saved = entry.Phase == VMState.Saved ? entry.Run?.Saved : null;
        var accelerator = isLive ? entry.Run!.Accelerator : saved?.Accelerator ?? "";
        return new CheckMove
        {
            VMId = entry.Id,
            VMName = entry.Name,
            IsLive = isLive,
            Architecture = CpuOf(spec),
            QemuVersion = version,
            MachineType = saved?.MachineType ?? type,
            IsSaved = saved is not null,
            Accelerator = accelerator,
            CpuFlags = accelerator == "kvm" ? [.. CpuModel.FlagsOf(spec.CpuModel, facts.CpuFlags)] : [],
            CpuModel = spec.CpuModel ?? "",
            HasTpm = spec.HasTpm || CheckpointsOf(entry).Any(static c => c.IsVisible && c.Spec.Machine.HasTpm),
            MemoryBytes = spec.AllMemory(),
            Generation = spec.Generation,
            Network = spec.Network ?? "",
            Image = image?.Name ?? "",
            ImageFolder = image?.Folder ?? "",
            Disks = [.. spec.OwnDisks().Select(own => Describe(entry, own))],
            IncludeStorage = includeStorage,
            StoragePath = storagePath,
            Addresses = [.. spec.Attachment?.Addresses ?? []],
            Subnets = [.. spec.Attachment is { } place ? networks.SubnetsOf(place) : []],
            Parts = [.. FirmwareParts(entry), .. spec.Drives.Where(static drive => !drive.IsOwned && drive.Media is not null).Select(static drive => drive.Name), .. isLive ? VmDriveRules.Unsaveable(spec).Select(static drive => MoveRules.UnsaveablePart + drive.Name) : [], .. spec.Adapters.Where(static adapter => adapter.Step != VmPartStep.None).Select(static adapter => adapter.Name), .. isLive && QemuArguments.LosesWrites(spec, entry.Run!.Accelerator) ? new[] { MoveRules.MemoryPart } : []],
            Publish = [.. spec.Attachment?.Ports.Select(static port => port.ToString()) ?? []],
            Files = [.. FilesToMove(entry)],
            Adapters = [.. spec.Adapters.Select(Describe)],
        };
    }

    private IEnumerable<string> FirmwareParts(VmEntry entry) =>
        CheckpointsOf(entry).Where(static c => c is { IsVisible: true, Spec.Machine.FirmwarePath: not null }).Select(static c => MoveRules.CheckpointFirmwarePart + c.Name).Concat(entry.Spec.FirmwarePath is null ? [] : [MoveRules.FirmwarePart]);

    private MoveDisk Describe(VmEntry entry, VmOwnDisk own) => new()
    {
        Drive = own.Drive,
        Name = own.Name,
        Path = own.Disk.Path,
        SizeBytes = own.Disk.SizeBytes,
        AllocatedBytes = Length(own.Disk.Path),
        Nonce = (ReadLease("move", entry.Name, own.Disk.HomePath) ?? WriteLease("move", entry, own.Disk)).Nonce,
        BackingPaths = [.. own.Disk.Backing.Where(static layer => !layer.IsOwn).Select(static layer => layer.Path)],
        BackingLengths = [.. own.Disk.Backing.Where(static layer => !layer.IsOwn).Select(static layer => Length(layer.Path))],
        HomePath = own.Disk.HomePath,
    };

    private MoveAdapter Describe(VmAdapter adapter) => new()
    {
        Name = adapter.Name,
        Network = adapter.Attachment is { } place ? networks.NameOf(place.NetworkId) : adapter.Network,
        Addresses = [.. adapter.Attachment?.Addresses ?? []],
        Subnets = [.. adapter.Attachment is { } there ? networks.SubnetsOf(there) : []],
    };

    /// <summary>The same with a new number in each lease, so that old copies of them prove nothing.</summary>
    /// <exception cref="VirtException">Unavailable: a lease cannot be written.</exception>
    internal MoveDisk[] RenewLeases(VmEntry entry, MoveDisk[] disks) =>
        Array.ConvertAll(disks, disk => disk with { Nonce = WriteLease("move", entry, entry.Spec.DiskOf(disk.Drive)!).Nonce });

    /// <summary>Writes that the machine is offered. Its QEMU and its state stay as they are.</summary>
    internal void Offer(VmEntry entry, VmMove move) => entry.Set(table, entry.Phase, entry.Run, entry.Spec with { Move = move });

    /// <summary>Its spec for the destination, as JSON.</summary>
    internal static string SpecText(VmEntry entry) => JsonSerializer.Serialize(entry.Spec with { Move = null }, VmJson.Default.VmSpec);

    /// <summary>What is said of its saved memory, as JSON; empty where it is not saved.</summary>
    internal static string SavedText(VmEntry entry) => entry is { Phase: VMState.Saved, Run.Saved: { } saved } ? JsonSerializer.Serialize(saved, VmJson.Default.VmSavedState) : "";

    /// <summary>Its UEFI variables as they are now; empty where it has none.</summary>
    internal byte[] ReadNvram(VmEntry entry)
    {
        var path = FolderOf(entry).NvramFile;
        return File.Exists(path) ? UefiVariables.Read(path) : [];
    }

    /// <summary>How long their file is; 0: it has none.</summary>
    internal long NvramBytesOf(VmEntry entry) => Length(FolderOf(entry).NvramFile) is var length and > 0 ? length : 0;

    /// <summary>The move is off: the machine goes on here as before. Under the lock; may be repeated.</summary>
    internal async Task TakeBackAsync(VmEntry entry)
    {
        var move = entry.Spec.Move!;
        var run = entry.Run;
        if (move.IsLive && entry.Session is { } session)
        {
            using var limit = new CancellationTokenSource(TakeBackTimeout, time);
            try
            {
                await session.TakeBackAsync(move.IsPaused, limit.Token).ConfigureAwait(false);
            }
            catch (QmpClosedException)
            {
                // QEMU has ended, which is noticed elsewhere.
            }
            catch (Exception e) when (e is QmpException or OperationCanceledException)
            {
                AgentLog.Error($"VM '{entry.Name}' could not go on after its move was undone", e);
                run = run! with { Status = $"It could not go on after its move was undone ({VmErrors.Sentence(e.Message)})." };
            }
        }

        await FaultPoint.ReachAsync(MovePoint.TakenBack).ConfigureAwait(false);
        entry.Set(table, entry.Phase, run, entry.Spec with { Move = null });
    }

    /// <summary>Writes the decision: the machine is the destination's, and never runs here again. With it what the result says, should this agent end before it is told.</summary>
    internal void Release(VmEntry entry, DateTimeOffset? stopTime, long memorySent, long diskSent)
    {
        var move = entry.Spec.Move! with { Stage = MoveStage.Released, StopTime = stopTime, MemoryBytesSent = memorySent, DiskBytesSent = diskSent };
        var run = (entry.Run ?? new VmRun()) with { Status = $"It has been moved to host '{move.PeerName}', which has not yet said that it has it." };
        entry.Set(table, VMState.Released, run, entry.Spec with { Move = move });
    }

    /// <summary>Says why what is left of a machine stays here.</summary>
    internal void Explain(VmEntry entry, string status) => entry.Set(table, entry.Phase, (entry.Run ?? new VmRun()) with { Status = status });

    /// <summary>Removes what is left of a machine that the destination has. Under the lock; may be repeated.</summary>
    internal async Task ForgetReleasedAsync(VmEntry entry)
    {
        await EndQemuAsync(entry).ConfigureAwait(false);
        var withDisk = !entry.Spec.Move!.AreDisksShared;
        RemoveFiles(entry, withDisk);
        ForgetCheckpoints(entry, withDisk);
        await FaultPoint.ReachAsync(MovePoint.Emptied).ConfigureAwait(false);
        Forget(entry);
        await GiveBackLayersAsync(entry).ConfigureAwait(false);
    }

    // Without a look at its disk or its guest: another one has them, or nobody wants them.
    private static async Task EndQemuAsync(VmEntry entry)
    {
        var (process, session) = (entry.Process, entry.Session);
        (entry.Process, entry.Session) = (null, null);
        if (process is not null)
        {
            await EndNowAsync(process).ConfigureAwait(false);
            process.Dispose();
        }

        if (session is not null)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static long Length(string? path) => path is not null && new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
