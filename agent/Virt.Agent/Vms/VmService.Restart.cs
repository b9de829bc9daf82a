using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Restart-VM.</summary>
public sealed partial class VmService
{
    private const string RestartVerb = "restart";

    /// <summary>
    /// Tells the guest to shut down, or pulls the plug, and starts the machine anew, with what waits for its next start. One that does not run is started. An agent that comes
    /// after this one goes on with it.
    /// </summary>
    /// <exception cref="VirtException">NotFound; WrongState; Timeout, after which it runs on; what keeps it from starting, if possible before it is stopped.</exception>
    public async Task<VM> RestartAsync(RestartVM request, Call call)
    {
        var entry = Find(RestartVerb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        VmProcess? process;
        bool wasAlive;
        var asked = "";
        using (await LockAsync(RestartVerb, entry, call).ConfigureAwait(false))
        {
            VmStates.CheckRestart(entry.Name, entry.State, request.TurnOff);
            CheckStart(RestartVerb, entry, whatIf: call.WhatIf || VmStates.IsAlive(entry.State));
            if (call.WhatIf)
            {
                return Show(entry);
            }

            process = entry.Process;
            wasAlive = VmStates.IsAlive(entry.State);
            if (wasAlive)
            {
                entry.IsRestarting = true;
                entry.Set(table, entry.Phase, entry.Run! with { StartAgain = true });
                await FaultPoint.ReachAsync(VmFaults.RestartAnnounced).ConfigureAwait(false);
            }

            try
            {
                asked = await EndForRestartAsync(entry, request.TurnOff, call).ConfigureAwait(false);
            }
            catch
            {
                RunOn(entry);
                throw;
            }
        }

        if (asked.Length > 0)
        {
            // Not under the lock: somebody else may lose patience and turn it off.
            call.Report($"Restarting VM '{entry.Name}'", $"waiting for the guest, asked by {asked}");
            await AwaitRestartAsync(entry, process!, asked, request.Timeout, call).ConfigureAwait(false);
        }

        call.Report($"Restarting VM '{entry.Name}'", "waiting for QEMU");
        await StartAgainAsync(entry, wasAlive, call.Cancellation).ConfigureAwait(false);
        return Show(entry);
    }

    // Empty where it has ended already.
    private async Task<string> EndForRestartAsync(VmEntry entry, bool turnOff, Call call)
    {
        if (!VmStates.IsAlive(entry.State))
        {
            return "";
        }

        if (turnOff)
        {
            await TurnOffAsync(entry).ConfigureAwait(false);
            return "";
        }

        entry.IsStopping = true;
        entry.Notify();
        return await AskToShutDownAsync(entry, call).ConfigureAwait(false);
    }

    private async Task AwaitRestartAsync(VmEntry entry, VmProcess process, string asked, TimeSpan timeout, Call call)
    {
        try
        {
            await AwaitShutdownAsync(RestartVerb, entry, process, asked, timeout, call).ConfigureAwait(false);
        }
        catch
        {
            using var held = await locks.EnterAsync(entry.Id, CancellationToken.None).ConfigureAwait(false);
            RunOn(entry);
            throw;
        }
    }

    // Under the lock: it is not restarted after all.
    private void RunOn(VmEntry entry)
    {
        entry.IsRestarting = false;
        if (entry.Run is { StartAgain: true } run)
        {
            entry.Set(table, entry.Phase, run with { StartAgain = false });
        }
    }

    // Somebody may have started, stopped, saved or removed it meanwhile: what they want is newer.
    private async Task StartAgainAsync(VmEntry entry, bool wasAlive, CancellationToken cancellation)
    {
        await FaultPoint.ReachAsync(VmFaults.RestartEnded, cancellation).ConfigureAwait(false);
        using var held = await locks.EnterAsync(entry.Id, cancellation).ConfigureAwait(false);
        entry.IsRestarting = false;
        if (!isStopping && !entry.IsRemoved && !(wasAlive && entry.Run is { StartAgain: false }) && entry.Spec.Move is null && entry.State is VMState.Stopped or VMState.Failed or VMState.Saved)
        {
            await LaunchOrFailAsync(entry, CheckStart(RestartVerb, entry, whatIf: false), cancellation).ConfigureAwait(false);
        }
    }
}
