using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>How moves go on after the agent's restart, or after the other side was lost: see <see cref="MoveDecision"/>.</summary>
public sealed partial class MoveService
{
    /// <summary>Settles at once what can be settled without the other side; the rest goes on by itself. Comes after the machines have recovered, and before any request.</summary>
    public async Task RecoverAsync()
    {
        foreach (var entry in vms.Moving)
        {
            var move = entry.Spec.Move!;
            switch (move.Stage)
            {
                case MoveStage.Offering:
                    using (await vms.HoldAsync(entry).ConfigureAwait(false))
                    {
                        await vms.TakeBackAsync(entry).ConfigureAwait(false);
                    }

                    AgentLog.Info($"The move of VM '{entry.Name}' to host '{move.PeerName}' was undone, for the agent ended before it was decided");
                    operations.Resume<MoveVM, VMMove>(move.OperationId, Methods.MoveVM, _ => throw Undone(entry.Name, move));
                    InBackground(entry.Name, () => TryCallAsync(move, client => client.InvokeAsync(Methods.FinishMove, NameOf(entry, move), stopping.Token)!));
                    break;
                case MoveStage.Released:
                    if (operations.Resume(move.OperationId, Methods.MoveVM, call => ResumeAsync(entry, move, call)) is null)
                    {
                        InBackground(entry.Name, () => ResumeAsync(entry, move, new Call(NoSink.Instance, "virt-agent", whatIf: false, CancellationToken.None)));
                    }

                    break;
                default:
                    InBackground(entry.Name, () => ResolveAsync(entry));
                    break;
            }
        }
    }

    // The destination's: until nothing of the move is left to be settled.
    private async Task ResolveAsync(VmEntry entry)
    {
        MoveStage? other = null;
        for (var pause = FirstPause; entry is { IsRemoved: false, Spec.Move: { } move }; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            switch (MoveDecision.Of(move.Stage, other))
            {
                case MoveStep.Discard:
                    AgentLog.Info($"What had come of VM '{entry.Name}' from host '{move.PeerName}' is thrown away");
                    await vms.DiscardAsync(entry).ConfigureAwait(false);
                    return;
                case MoveStep.Take:
                    AgentLog.Info($"VM '{entry.Name}' is taken: host '{move.PeerName}' had released it");
                    await vms.TakeAsync(entry).ConfigureAwait(false);
                    break;
                case MoveStep.End:
                    if (await vms.EndMoveAsync(entry).ConfigureAwait(false))
                    {
                        return;
                    }

                    await Task.Delay(pause, time, stopping.Token).ConfigureAwait(false);
                    break;
                default:
                    if (other is not null)
                    {
                        await Task.Delay(pause, time, stopping.Token).ConfigureAwait(false);
                    }

                    break;
            }

            other = (await TryCallAsync(move, client => client.InvokeAsync(Methods.AskMove, NameOf(entry, move), stopping.Token)!).ConfigureAwait(false))?.Stage;
            if (other is null)
            {
                await Task.Delay(pause, time, stopping.Token).ConfigureAwait(false);
            }
        }
    }

    private static VirtException Undone(string name, VmMove move) => new(
        ErrorCode.Unavailable,
        "AgentRestarted",
        $"Cannot move VM '{name}' to host '{move.PeerName}': the agent was restarted before that was decided; the VM goes on here.",
        name,
        $"Move-VM -Name {name} -DestinationHost {move.PeerName}");

    private void InBackground(string name, Func<Task> work) => _ = Task.Run(async () =>
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Goes on after the restart.
        }
        catch (Exception e)
        {
            AgentLog.Error($"Could not settle the move of VM '{name}'", e);
        }
    });
}
