using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qmp;
using Virt.Linux.Processes;

namespace Virt.Agent.Vms;

/// <summary>How a run ends, whoever ended it.</summary>
public sealed partial class VmService
{
    // QEMU quits within milliseconds, unless its disk hangs.
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(5);

    // Sees to it that the end of QEMU, or the loss of its monitor, is noticed.
    private void Watch(VmEntry entry, VmProcess process, VmSession? session) => _ = Task.Run(async () =>
    {
        try
        {
            process.ConsoleTrim ??= TrimConsoleAsync(process);
            if (entry.Spec.VideoAdapter != VMVideoAdapter.None)
            {
                session?.ListenForViewers();
            }

            AskFrom(entry, process);
            RenewFrom(entry, process);
            _ = WatchTpmAsync(entry, process);
            await Task.WhenAny(process.Ended, session?.Closed ?? Task.CompletedTask).ConfigureAwait(false);
            await Task.WhenAny(process.Ended, Task.Delay(EndTimeout, time)).ConfigureAwait(false);
            if (isStopping)
            {
                return;
            }

            using var held = await locks.EnterAsync(entry.Id, CancellationToken.None).ConfigureAwait(false);
            if (process.Ended.IsCompleted)
            {
                await SetEndedAsync(entry, process, await process.Ended.ConfigureAwait(false)).ConfigureAwait(false);
                StartAgainWhereWanted(entry);
            }
            else if (entry.Process == process && entry.Session == session)
            {
                // Also where it did not answer when we last tried.
                if (session is not null)
                {
                    AgentLog.Warning($"QEMU of VM '{entry.Name}' closed its monitor and runs on; connecting again");
                    await session.DisposeAsync().ConfigureAwait(false);
                }

                await AttachAsync(entry, process).ConfigureAwait(false);
                if (entry.Session is not null)
                {
                    await RecoverCheckpointsAsync(entry).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (!isStopping)
        {
            AgentLog.Error($"Could not follow QEMU of VM '{entry.Name}'", e);
        }
    });

    // Under the lock. Does nothing where the end was noticed already.
    private async Task SetEndedAsync(VmEntry entry, VmProcess process, ExitStatus status)
    {
        if (entry.Process != process)
        {
            return;
        }

        var session = entry.Session;
        var isOrderly = status.ExitCode == 0 || (status.Code is null && session is { HasShutDown: true }) || entry.IsTurnedOff;
        var last = isOrderly ? "" : LastErrorLine(entry);
        entry.Process = null;
        entry.Session = null;
        entry.IsStopping = entry.IsTurnedOff = false;
        if (session is not null)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }

        process.Dispose();
        Disconnect(entry);
        RemoveRunFolder(entry);
        entry.Set(
            table,
            isOrderly ? VMState.Stopped : VMState.Failed,
            entry.Run! with { Saved = null, Status = isOrderly ? "" : $"QEMU {How(status)}{(last.Length > 0 ? ": " + VmErrors.Sentence(last) : "")}." });
    }

    // Under the lock: ends QEMU whatever the guest is doing.
    private async Task TurnOffAsync(VmEntry entry)
    {
        var process = entry.Process!;
        entry.IsTurnedOff = true;
        if (entry.Session is { } session)
        {
            using var limit = new CancellationTokenSource(EndTimeout, time);
            try
            {
                // It writes what its disk's cache holds; a SIGKILL would not.
                await session.QuitAsync(limit.Token).ConfigureAwait(false);
                await process.Ended.WaitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or QmpException or QmpClosedException)
            {
                // SIGKILL comes next.
            }
        }

        await EndNowAsync(process).ConfigureAwait(false);
        await SetEndedAsync(entry, process, await process.Ended.ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async ValueTask EndNowAsync(VmProcess process)
    {
        if (!process.Ended.IsCompleted)
        {
            process.EndNow();
            await process.Ended.ConfigureAwait(false);
        }
    }
}
