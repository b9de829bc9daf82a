using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Agent.Vms.Qmp;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>What the source does once it has released a machine: tell the destination until that has it, then forget it.</summary>
public sealed partial class MoveService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // Not cancelled by the user any more. The connection of the move is used while it holds.
    private async Task FinishAsync(OutgoingMove sending)
    {
        await FaultPoint.ReachAsync(MovePoint.Released).ConfigureAwait(false);
        var answer = await CommitAsync(sending.Client, sending.Name).ConfigureAwait(false);
        if (answer is { Stage: MoveStage.Owned })
        {
            sending.Result.Downtime = Downtime(sending.StopTime, answer);
        }

        sending.Clock.Note("handing over");
        await MeasureAsync(sending).ConfigureAwait(false);
        var isLate = answer is not { Stage: MoveStage.Owned };
        answer = await AwaitOwnerAsync(sending.Entry, sending.Move, answer, sending.Call).ConfigureAwait(false);
        if (isLate)
        {
            sending.Result.Downtime = Downtime(sending.StopTime, answer);
        }

        await ForgetAsync(sending.Entry, sending.Move, sending.Client).ConfigureAwait(false);
        sending.Clock.Note("removing what is left");
        AgentLog.Info(FormattableString.Invariant($"VM '{sending.Entry.Name}' has moved to host '{sending.Move.PeerName}' within {sending.Clock}; its guest stood still for {sending.Result.Downtime.TotalMilliseconds:0.0} ms"));
        sending.Result.State = answer.State;
        sending.Result.Status = answer.Status;
    }

    // Of a move that was released before the agent was restarted.
    private async Task<VMMove> ResumeAsync(VmEntry entry, VmMove move, Call call)
    {
        call.WorksOn(entry.Name);
        using var held = await vms.HoldAsync(entry).ConfigureAwait(false);
        var answer = await AwaitOwnerAsync(entry, move, null, call).ConfigureAwait(false);
        var downtime = Downtime(move.StopTime, answer);
        await ForgetAsync(entry, move, null).ConfigureAwait(false);
        return new VMMove
        {
            VMId = entry.Id,
            VMName = entry.Name,
            SourceHost = peers.HostName,
            DestinationHost = move.PeerName,
            Mode = move.IsLive ? VMMoveMode.Live : VMMoveMode.Cold,
            State = answer.State,
            Status = answer.Status,
            StartTime = move.StartTime,
            TotalTime = time.GetUtcNow() - move.StartTime,
            Downtime = downtime,
            MemoryBytesSent = move.MemoryBytesSent,
            DiskBytesSent = move.DiskBytesSent,
        };
    }

    // Asks and tells the destination until it owns the machine.
    private async Task<MoveAnswer> AwaitOwnerAsync(VmEntry entry, VmMove move, MoveAnswer? answer, Call call)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            switch (MoveDecision.Of(MoveStage.Released, answer?.Stage))
            {
                case MoveStep.Forget:
                    await FaultPoint.ReachAsync(MovePoint.Taken).ConfigureAwait(false);
                    return answer!;
                case MoveStep.Hold:
                    var why = $"It was released to host '{move.PeerName}', which knows nothing of it: what is left of it stays here until an admin has looked there.";
                    vms.Explain(entry, why);
                    throw new VirtException(ErrorCode.Conflict, "MoveUndecided", $"Cannot finish the move of VM '{entry.Name}': host '{move.PeerName}' had promised to take it and knows nothing of it any more; its files stay here.", entry.Name, $"Get-VM -Name {entry.Name} -ComputerName {move.PeerName}");
                case MoveStep.Wait:
                    call.Report($"Moving VM '{entry.Name}' to host '{move.PeerName}'", $"waiting for host '{move.PeerName}', whose the VM is now", 99);
                    await Task.WhenAny(Task.Delay(pause, time, stopping.Token), entry.Abandoned).ConfigureAwait(false);
                    stopping.Token.ThrowIfCancellationRequested();
                    if (entry.Abandoned.IsCompleted)
                    {
                        throw new VirtException(ErrorCode.Conflict, "MoveAbandoned", $"Cannot finish the move of VM '{entry.Name}': what was left of it here was removed by force, while host '{move.PeerName}' had not said that it has it.", entry.Name, $"Get-VM -Name {entry.Name} -ComputerName {move.PeerName}");
                    }

                    break;
            }

            answer = await TryCallAsync(move, client => CommitAsync(client, NameOf(entry, move))).ConfigureAwait(false);
        }
    }

    private async Task ForgetAsync(VmEntry entry, VmMove move, PeerClient? client)
    {
        var name = NameOf(entry, move);
        await vms.ForgetReleasedAsync(entry).ConfigureAwait(false);
        if (client is not null)
        {
            await SayFarewellAsync(client, name).ConfigureAwait(false);
        }
        else
        {
            await TryCallAsync(move, one => one.InvokeAsync(Methods.FinishMove, name, stopping.Token)!).ConfigureAwait(false);
        }
    }

    // Both ends of it by this host's clock; the other's need not be the same. Where the destination's agent was restarted meanwhile it does not know: the longest it can have been.
    private TimeSpan Downtime(DateTimeOffset? stopTime, MoveAnswer answer) =>
        stopTime is { } stopped && answer.State == VMState.Running ? time.GetUtcNow() - stopped - (answer.RanFor ?? TimeSpan.Zero) : TimeSpan.Zero;

    // Before QEMU is ended: it knows what it has sent.
    private static async Task MeasureAsync(OutgoingMove sending)
    {
        if (!sending.Move.IsLive || sending.Entry.Session is not { } session)
        {
            return;
        }

        try
        {
            var figures = await session.ReadMigrationAsync(CancellationToken.None).ConfigureAwait(false);
            var seconds = Math.Max(0.001, ((sending.StopTime ?? DateTimeOffset.UtcNow) - sending.PhaseTime).TotalSeconds);
            sending.Result.MemoryBytesSent = figures.SentBytes;
            sending.Result.MemoryRounds = figures.Rounds;
            sending.Result.DirtyBytesPerSecond = (long)(figures.WrittenBytes / seconds);
            sending.Report(
                string.Create(CultureInfo.InvariantCulture, $"copied memory in {figures.Rounds} rounds, {figures.SentBytes >> 20} MB sent"),
                99,
                TimeSpan.Zero,
                (long)(figures.SentBytes / seconds),
                sending.Result.DirtyBytesPerSecond);
        }
        catch (Exception e) when (e is QmpException or QmpClosedException)
        {
            // It has ended; the figures are lost, the machine is not.
        }
    }

    // Null: it cannot be reached.
    private static async Task<MoveAnswer?> CommitAsync(PeerClient client, MoveCall name)
    {
        try
        {
            return await client.InvokeAsync(Methods.CommitMove, name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VirtException e)
        {
            AgentLog.Warning($"Could not tell the destination that move {name.MoveId} is decided: {e.Message}");
            return null;
        }
    }

    // On a connection of its own; null: the peer cannot be reached, or cannot answer.
    private async Task<MoveAnswer?> TryCallAsync(VmMove move, Func<PeerClient, Task<MoveAnswer?>> call)
    {
        try
        {
            var peer = peers.Find(Convert.FromHexString(move.Peer));
            if (peer is null)
            {
                return null;
            }

            await using var client = await PeerClient.ConnectAsync(peers, peer, stopping.Token).ConfigureAwait(false);
            return await call(client).ConfigureAwait(false);
        }
        catch (VirtException)
        {
            return null;
        }
    }
}
