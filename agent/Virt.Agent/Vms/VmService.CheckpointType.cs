using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qga;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Standard and Production checkpoints: how a guest is asked to come to rest, and what is done where it cannot.</summary>
public sealed partial class VmService
{
    private const string FreezeRefused = "GuestNotFrozen";
    private static readonly TimeSpan FreezeAnswerTimeout = TimeSpan.FromSeconds(5);

    // Which it is to be, and why it is not the one that was wanted; empty: it is.
    private async Task<(VMCheckpointType Type, string Why)> CheckpointTypeAsync(string verb, VmEntry entry, VMCheckpointType? asked, Call call)
    {
        var wanted = asked ?? entry.Spec.CheckpointType;
        if (asked is not (null or VMCheckpointType.Standard or VMCheckpointType.Production or VMCheckpointType.ProductionOnly))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidCheckpointType", $"Cannot {verb} VM '{entry.Name}': a checkpoint of the type {asked} was asked for; Standard, Production and ProductionOnly are allowed.", entry.Name, $"Checkpoint-VM -Name {entry.Name} -CheckpointType Production");
        }

        if (entry.Spec.CheckpointType == VMCheckpointType.Disabled)
        {
            throw new VirtException(
                ErrorCode.WrongState, "CheckpointsDisabled", $"Cannot {verb} VM '{entry.Name}': its checkpoint type is Disabled; Standard, Production or ProductionOnly is required.", entry.Name, $"Set-VM -Name {entry.Name} -CheckpointType Standard");
        }

        // What is off is at rest.
        if (wanted == VMCheckpointType.Standard || !(VmStates.IsAlive(entry.State) || entry.State == VMState.Saved))
        {
            return (wanted == VMCheckpointType.Standard ? wanted : VMCheckpointType.Production, "");
        }

        if (entry.State != VMState.Running)
        {
            return wanted == VMCheckpointType.Production ? (VMCheckpointType.Standard, $"it is {entry.State}, and its guest cannot come to rest")
                : throw new VirtException(ErrorCode.WrongState, "VMWrongState", $"Cannot {verb} VM '{entry.Name}': it is {entry.State}, and its guest cannot come to rest for a Production checkpoint.", entry.Name, $"Checkpoint-VM -Name {entry.Name} -CheckpointType Standard");
        }

        var why = await WhyNotFrozenAsync(entry, call).ConfigureAwait(false);
        return why.Length == 0 ? (VMCheckpointType.Production, "")
            : wanted == VMCheckpointType.Production ? (VMCheckpointType.Standard, why)
            : throw new VirtException(ErrorCode.Unavailable, "GuestAgentSilent", $"Cannot {verb} VM '{entry.Name}': {why}, and without one there is no Production checkpoint.", entry.Name, $"Wait-VM -Name {entry.Name} -For GuestAgent; or without: Checkpoint-VM -Name {entry.Name} -CheckpointType Standard");
    }

    private static async Task<string> WhyNotFrozenAsync(VmEntry entry, Call call)
    {
        if (entry.Session is not { IsGuestAgentOpen: true } session)
        {
            return "no guest agent listens in it";
        }

        try
        {
            return await session.GuestAgent.CanFreezeAsync(FreezeAnswerTimeout, call.Cancellation).ConfigureAwait(false) ? "" : "its guest agent cannot freeze file systems";
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            return "its guest agent does not answer";
        }
        catch (QgaException e)
        {
            return $"its guest agent does not know what it can ({VmErrors.Sentence(e.Message)})";
        }
    }

    // Nothing keeps the guest from going on once it stands still.
    private async Task<VmCheckpointSpec> SaveFrozenAsync(VmEntry entry, VmSession session, CheckpointEntry checkpoint, IReadOnlyList<(string Disk, string Overlay)> layers, Call call)
    {
        var start = time.GetTimestamp();
        var saved = checkpoint.Spec;
        try
        {
            call.Report($"Checkpointing VM '{entry.Name}'", "waiting for its guest to come to rest");
            var stayed = await session.WhileFrozenAsync(
                async () =>
                {
                    await FaultPoint.ReachAsync(CheckpointFaults.Frozen, call.Cancellation).ConfigureAwait(false);
                    saved = await SaveDisksAsync(entry, session, checkpoint, layers).ConfigureAwait(false);
                    await FaultPoint.ReachAsync(CheckpointFaults.Kept).ConfigureAwait(false);
                },
                call.Cancellation).ConfigureAwait(false);
            if (!stayed)
            {
                throw NotFrozen(entry, "its file systems did not stay at rest", null);
            }
        }
        catch (QgaException e)
        {
            throw NotFrozen(entry, VmErrors.Sentence(e.Message), e);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            throw new VirtException(
                ErrorCode.Timeout, "GuestFreezeTimeout", $"Cannot checkpoint VM '{entry.Name}': {(e is TimeoutException ? "its guest did not come to rest in time" : "its guest agent is gone")} ({VmErrors.Sentence(e.Message)}).", entry.Name, $"Checkpoint-VM -Name {entry.Name} -CheckpointType Standard", e);
        }

        await FaultPoint.ReachAsync(CheckpointFaults.Thawed, call.Cancellation).ConfigureAwait(false);
        AgentLog.Info(FormattableString.Invariant($"The guest of VM '{entry.Name}' was at rest for {time.GetElapsedTime(start).TotalMilliseconds:0.0} ms, {saved.PauseDuration.TotalMilliseconds:0.0} of which it stood still, for its checkpoint '{checkpoint.Name}'"));
        return saved;
    }

    private static VirtException NotFrozen(VmEntry entry, string why, Exception? e) =>
        new(ErrorCode.Unavailable, FreezeRefused, $"Cannot checkpoint VM '{entry.Name}': its guest did not come to rest ({why}).", entry.Name, $"Checkpoint-VM -Name {entry.Name} -CheckpointType Standard", e);
}
