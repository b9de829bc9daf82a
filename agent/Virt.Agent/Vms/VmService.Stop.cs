using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qga;
using Virt.Agent.Vms.Qmp;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Stop-VM.</summary>
public sealed partial class VmService
{
    private static readonly TimeSpan TurnOffPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShutdownAnswerTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);
    private const string PowerButton = "the power button";

    /// <summary>Tells the guest to shut down and waits until it has, or pulls the plug.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; Timeout, after which it runs on; Unavailable.</exception>
    public async Task<VM> StopAsync(StopVM request, Call call)
    {
        var entry = Find("stop", request.Id, request.Name);
        call.WorksOn(entry.Name);
        VmProcess process;
        string asked;
        using (request.TurnOff && !call.WhatIf ? await EnterToTurnOffAsync(entry, call).ConfigureAwait(false) : await LockAsync("stop", entry, call).ConfigureAwait(false))
        {
            entry.IsCut = false;
            if (VmStates.IsOff(entry.State))
            {
                // One that waits for its next start is stopped by not getting it.
                if (!call.WhatIf && !request.HostStops)
                {
                    NoteWhy(entry, hostStops: false);
                }

                return Show(entry); // as Stop-Service and docker stop have it: a script can be run twice
            }

            VmStates.CheckStop(entry.Name, entry.State, request.TurnOff);
            if (call.WhatIf)
            {
                return Show(entry);
            }

            NoteWhy(entry, request.HostStops);
            if (request.TurnOff)
            {
                await TurnOffAsync(entry).ConfigureAwait(false);
                return Show(entry);
            }

            process = entry.Process!;
            entry.IsStopping = true;
            entry.Notify();
            asked = await AskToShutDownAsync(entry, call).ConfigureAwait(false);
        }

        // Not under the lock: somebody else may lose patience and turn it off.
        call.Report($"Stopping VM '{entry.Name}'", $"waiting for the guest, asked by {asked}");
        await AwaitShutdownAsync("stop", entry, process, asked, request.Timeout, call).ConfigureAwait(false);
        return Show(entry);
    }

    // Who holds the lock may wait for a QEMU that hangs: then that is ended first.
    private async Task<IDisposable> EnterToTurnOffAsync(VmEntry entry, Call call)
    {
        var entering = LockAsync("stop", entry, call).AsTask();
        while (await Task.WhenAny(entering, Task.Delay(TurnOffPatience, time, CancellationToken.None)).ConfigureAwait(false) != entering)
        {
            if (entry is { Process: { } process, Session: { } session } && !await session.AnswersAsync(TurnOffPatience).ConfigureAwait(false) && !entering.IsCompleted && !process.HasEnded)
            {
                AgentLog.Warning($"QEMU of VM '{entry.Name}' does not answer, and is to be turned off; it is ended");
                entry.IsTurnedOff = entry.IsCut = true;
                process.EndNow();
            }
        }

        return await entering.ConfigureAwait(false);
    }

    // By the guest agent where it answers, which works without ACPI too; else by the power button.
    private async Task<string> AskToShutDownAsync(VmEntry entry, Call call)
    {
        var session = entry.Session;
        try
        {
            if (session is { IsGuestAgentOpen: true })
            {
                try
                {
                    await session.GuestAgent.ShutdownAsync(ShutdownAnswerTimeout, call.Cancellation).ConfigureAwait(false);
                    return "the guest agent";
                }
                catch (Exception e) when (e is TimeoutException or QgaException or IOException)
                {
                    // The button is left.
                }
            }

            await (session ?? throw VmErrors.NoMonitor("stop", entry.Name)).PowerDownAsync(call.Cancellation).ConfigureAwait(false);
            return PowerButton;
        }
        catch (QmpClosedException)
        {
            // It is ending already.
            return PowerButton;
        }
        catch
        {
            entry.IsStopping = false;
            entry.Notify();
            throw;
        }
    }

    // It is started with its host again, unless somebody has stopped it for another reason.
    private void NoteWhy(VmEntry entry, bool hostStops)
    {
        var isWanted = hostStops && entry.Spec.StartAction != VMStartAction.Nothing;
        if (entry.Run is { } run && (run.HostStopped != isWanted || run.StartAgain))
        {
            entry.Set(table, entry.Phase, run with { HostStopped = isWanted, StartAgain = false });
        }
    }

    // A button that is pressed before the guest listens to it is lost: it is asked again, by its agent if that has come meanwhile.
    private async Task<ExitStatus> AwaitEndAsync(VmEntry entry, VmProcess process, string asked, TimeSpan timeout, Call call)
    {
        for (var begun = time.GetTimestamp(); ;)
        {
            var left = timeout - time.GetElapsedTime(begun);
            var isLast = asked != PowerButton || left <= AskAgainAfter;
            try
            {
                return await process.Ended.WaitAsync(!isLast ? AskAgainAfter : left > TimeSpan.Zero ? left : TimeSpan.Zero, time, call.Cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException) when (!isLast)
            {
                asked = await AskAgainAsync(entry, call).ConfigureAwait(false);
            }
        }
    }

    private async Task<string> AskAgainAsync(VmEntry entry, Call call)
    {
        try
        {
            return await AskToShutDownAsync(entry, call).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // It was asked once, and may still do so.
            entry.IsStopping = true;
            return PowerButton;
        }
    }

    private async Task AwaitShutdownAsync(string verb, VmEntry entry, VmProcess process, string asked, TimeSpan timeout, Call call)
    {
        try
        {
            var status = await AwaitEndAsync(entry, process, asked, timeout, call).ConfigureAwait(false);
            using var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
            await SetEndedAsync(entry, process, status).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            entry.IsStopping = false;
            entry.Notify();
            if (e is OperationCanceledException)
            {
                throw;
            }

            throw new VirtException(
                ErrorCode.Timeout,
                "VMStopTimeout",
                FormattableString.Invariant($"Cannot {verb} VM '{entry.Name}': its guest, asked by {asked}, did not power off within {timeout.TotalSeconds:0.#} s; it runs on."),
                entry.Name,
                $"{(verb == RestartVerb ? "Restart" : "Stop")}-VM -Name {entry.Name} -TurnOff",
                e);
        }
    }
}
