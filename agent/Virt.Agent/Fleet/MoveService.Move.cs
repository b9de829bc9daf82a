using System;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Agent.Vms.Qmp;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>Move-VM, at the source.</summary>
public sealed partial class MoveService
{
    // The destination may be gone: it asks by itself when it is back.
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(2);

    // Where a stream breaks, the destination's own reason is a moment behind.
    private static readonly TimeSpan ReasonTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>Moves a machine. Until it is decided it may be cancelled, and the machine goes on here; afterwards it is finished whatever happens.</summary>
    /// <exception cref="VirtException">
    /// What stands in the way; NotFound (machine or peer); WrongState; Conflict; PlanOutOfDate; Unavailable (peer or QEMU), after which the machine goes on here.
    /// </exception>
    public async Task<VMMove> MoveAsync(MoveVM request, Call call)
    {
        var clock = Stopwatch.StartNew();
        var given = request.Plan;
        var entry = given is null ? vms.FindToMove(request.Id, request.Name) : FindPlanned(given);
        call.WorksOn(entry.Name);
        using var held = await vms.LockToMoveAsync(entry, call).ConfigureAwait(false);
        if (!call.WhatIf)
        {
            await vms.CollapseToMoveAsync(entry, call).ConfigureAwait(false);
        }

        await using var compared = await PlanAsync(entry, WishOf(request), call.Cancellation).ConfigureAwait(false);
        if (given is not null)
        {
            MovePlans.Require(given, compared.Plan);
        }

        MovePlans.RequireNoProblem(compared.Plan);
        var result = NewResult(compared.Plan, time.GetUtcNow() - clock.Elapsed);
        if (call.WhatIf)
        {
            return result;
        }

        call.Keep();
        var move = NewMove(entry, compared, result.StartTime, call.OperationId);
        vms.Offer(entry, move);
        await using var sending = new OutgoingMove(entry, move, compared, result, call);
        try
        {
            await FaultPoint.ReachAsync(MovePoint.Offering, call.Cancellation).ConfigureAwait(false);
            await SendAsync(sending).ConfigureAwait(false);
            await FaultPoint.ReachAsync(MovePoint.Promised, call.Cancellation).ConfigureAwait(false);
            sending.Going.ThrowIfCancellationRequested();
            vms.Release(entry, sending.StopTime, result.MemoryBytesSent, result.DiskBytesSent);
        }
        catch (Exception e)
        {
            var reason = await ReasonAsync(sending, e).ConfigureAwait(false);
            await vms.TakeBackAsync(entry).ConfigureAwait(false);
            await SayFarewellAsync(compared.Client!, NameOf(entry, move)).ConfigureAwait(false);
            throw reason;
        }

        await FinishAsync(sending).ConfigureAwait(false);
        result.TotalTime = clock.Elapsed;
        return result;
    }

    private async Task SendAsync(OutgoingMove sending)
    {
        var entry = sending.Entry;
        var disks = sending.Compared.Machine.Disks;
        var machine = sending.Compared.Machine with { Disks = sending.Move.AreDisksShared ? vms.RenewLeases(entry, disks) : Array.ConvertAll(disks, static disk => disk with { Nonce = Guid.Empty }) };
        var offer = new OfferMove
        {
            MoveId = sending.Move.Id,
            Epoch = sending.Move.Epoch,
            Machine = machine,
            Spec = VmService.SpecText(entry),
            CreationTime = entry.Row.Created,
            StartTime = entry.Run?.StartTime ?? default,
            IsPaused = sending.Move.IsPaused,
            AreDisksShared = sending.Move.AreDisksShared,
            Disks = Array.ConvertAll(sending.Compared.Plan.Disks, disk => new MoveDiskOffer { Path = disk.DestinationPath, Token = disk.IsShared ? [] : AwaitedStreams.NewToken() }),
            Saved = VmService.SavedText(entry),
            Nvram = vms.ReadNvram(entry),
            NvramBytes = vms.NvramBytesOf(entry),
            Tpm = machine.IsLive ? [] : vms.ReadTpm(entry),
            Checkpoints = vms.CheckpointsToMove(entry),
            FilesToken = sending.Files.Count > 0 ? AwaitedStreams.NewToken() : [],
            StreamToken = machine.IsLive ? AwaitedStreams.NewToken() : [],
        };
        await (machine.IsLive ? SendLiveAsync(sending, offer) : SendColdAsync(sending, offer)).ConfigureAwait(false);
    }

    // A machine that is here no more, moved or removed since, is a plan that has grown old.
    private VmEntry FindPlanned(VMMovePlan plan)
    {
        try
        {
            return vms.FindToMove(plan.VMId, plan.VMName);
        }
        catch (VirtException e) when (e.Code == ErrorCode.NotFound)
        {
            throw MovePlans.OutOfDate(plan, $"host '{peers.HostName}' has that VM no more");
        }
    }

    private static CompareVM WishOf(MoveVM request) => request.Plan is { } plan
        ? new CompareVM
        {
            DestinationHost = plan.DestinationHost,
            IncludeStorage = plan.IncludeStorage,
            DestinationStoragePath = plan.DestinationStoragePath.Length > 0 ? plan.DestinationStoragePath : null,
        }
        : new CompareVM { DestinationHost = request.DestinationHost, IncludeStorage = request.IncludeStorage, DestinationStoragePath = request.DestinationStoragePath };

    private static VMMove NewResult(VMMovePlan plan, DateTimeOffset start) => new()
    {
        VMId = plan.VMId,
        VMName = plan.VMName,
        SourceHost = plan.SourceHost,
        DestinationHost = plan.DestinationHost,
        Mode = plan.Mode,
        StartTime = start,
    };

    private static VmMove NewMove(VmEntry entry, ComparedMove compared, DateTimeOffset start, Guid operation) => new()
    {
        Id = Guid.NewGuid(),
        Stage = MoveStage.Offering,
        Peer = compared.Peer.Fingerprint,
        PeerName = compared.Peer.Name,
        Epoch = entry.Spec.Epoch + 1,
        IsLive = compared.Machine.IsLive,
        IsPaused = entry.State == VMState.Paused,
        AreDisksShared = compared.Plan.Disks is [{ IsShared: true }, ..],
        OperationId = operation,
        StartTime = start,
    };

    // Why it failed: what the destination says is nearer to the cause than a stream that has broken.
    private static async Task<Exception> ReasonAsync(OutgoingMove sending, Exception e)
    {
        if (sending.Call.Cancellation.IsCancellationRequested)
        {
            return new OperationCanceledException();
        }

        if (e is QmpException or QmpClosedException or OperationCanceledException or IOException or VirtException { Id: "QemuSendFailed" } or VirtException { Code: ErrorCode.Cancelled })
        {
            await Task.WhenAny(sending.Watching, Task.Delay(ReasonTimeout)).ConfigureAwait(false);
        }

        return e switch
        {
            // One that watches too late hears only that there is nothing to watch any more.
            _ when MoveReason.Of(sending.Watching) is { Id: not MoveNotFound } told && e is not VirtException { Id: "FaultInjected" } => told,
            QmpClosedException closed => VmErrors.NoMonitor("move", sending.Entry.Name, closed),
            QmpException refused => VmErrors.Refused("move", sending.Entry.Name, refused),
            OperationCanceledException or VirtException { Code: ErrorCode.Cancelled } => new VirtException(
                ErrorCode.Unavailable, "MoveEnded", $"Cannot move VM '{sending.Entry.Name}': host '{sending.Move.PeerName}' gave it up and does not say why.", sending.Entry.Name, "Compare-VM", e),
            _ => e,
        };
    }

    // Only after it was written down that the machine is ours: the destination throws away what it has.
    private static async Task SayFarewellAsync(PeerClient client, MoveCall name)
    {
        using var limit = new CancellationTokenSource(FarewellTimeout);
        try
        {
            await client.InvokeAsync(Methods.FinishMove, name, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is VirtException or OperationCanceledException)
        {
            // It asks.
        }
    }
}
