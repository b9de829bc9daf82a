using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>How a guest that was to go to another QEMU goes on in its own.</summary>
internal sealed partial class VmSession
{
    private static readonly TimeSpan TakeBackPause = TimeSpan.FromMilliseconds(5);

    /// <summary>Ends whatever is left of a migration and of its mirrors, from any state, and lets the guest run or stand still. May be repeated.</summary>
    /// <param name="isPaused">The guest stood still before.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="QmpException">The guest cannot go on.</exception>
    /// <exception cref="QmpClosedException">QEMU has ended.</exception>
    public async Task TakeBackAsync(bool isPaused, CancellationToken cancellation)
    {
        await CancelMigrationAsync(cancellation).ConfigureAwait(false);
        await (isPaused ? StandStillAsync(cancellation) : GoOnAsync(cancellation)).ConfigureAwait(false);

        await CancelMirrorsAsync(cancellation).ConfigureAwait(false);
        await SetCapabilitiesAsync([("pause-before-switchover", false)], cancellation).ConfigureAwait(false);
    }

    private async Task CancelMigrationAsync(CancellationToken cancellation)
    {
        for (var isCancelled = false; ; isCancelled = true)
        {
            var status = (await ReadMigrationAsync(cancellation).ConfigureAwait(false)).Status;
            if (status is "" or "none" or "completed" or "cancelled" or "failed")
            {
                return;
            }

            if (!isCancelled)
            {
                await qmp.ExecuteAsync("migrate_cancel", null, cancellation).ConfigureAwait(false);
            }
            else if (status == "cancelling")
            {
                // Cancelled in the very moment in which it was about to pause before the switch-over, QEMU 7.2 waits for ever to be told to go on (migration_maybe_pause
                // looks whether it was cancelled, and only then begins to wait). Told so where it does not wait, nothing happens.
                await IgnoringAsync(qmp.ExecuteAsync("migrate-continue", static json => Text(json, ("state", "cancelling")), cancellation)).ConfigureAwait(false);
            }

            await Task.Delay(TakeBackPause, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Lets a guest go on that a migration has stopped: one that was cancelled has done so itself; one that was completed has given the disks away.</summary>
    /// <exception cref="QmpException">The guest cannot go on.</exception>
    public Task GoOnAsync(CancellationToken cancellation) => FromAsync(["postmigrate", "finish-migrate", "paused"], () => ContinueAsync(cancellation), cancellation);

    /// <summary>
    /// Lets a guest that a migration has found standing still do so as before, with its disks its own. QEMU gives those back, and the state that it can be migrated from again, to a guest that goes on and to no
    /// other: so it goes on, and is told to stand still in the same breath.
    /// </summary>
    /// <exception cref="QmpException">It cannot have its disks back.</exception>
    public Task StandStillAsync(CancellationToken cancellation) => FromAsync(["postmigrate", "finish-migrate"], () => StandStillAgainAsync(cancellation), cancellation);

    private async Task StandStillAgainAsync(CancellationToken cancellation)
    {
        var wasHeld = IsHeld;
        IsHeld = true;
        try
        {
            await RunForAMomentAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            IsHeld = wasHeld;
        }
    }

    // From one of these states of QEMU's, as soon as it lets it be done.
    private async Task FromAsync(string[] states, Func<Task> act, CancellationToken cancellation)
    {
        while (Array.IndexOf(states, await ReadStatusAsync(cancellation).ConfigureAwait(false)) >= 0)
        {
            try
            {
                await act().ConfigureAwait(false);
                return;
            }
            catch (QmpException e) when (e.Description.Contains("not finalized", StringComparison.Ordinal))
            {
                await Task.Delay(TakeBackPause, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Lets a guest that stands still run until QEMU has read the next command. Its disks are its own then.</summary>
    /// <exception cref="QmpException">It cannot have its disks back.</exception>
    public Task RunForAMomentAsync(CancellationToken cancellation) =>
        Task.WhenAll(qmp.ExecuteAsync("cont", null, cancellation), qmp.ExecuteAsync("stop", null, cancellation));

    private async Task<string> ReadStatusAsync(CancellationToken cancellation) =>
        (await qmp.ExecuteAsync("query-status", null, cancellation).ConfigureAwait(false)).GetProperty("status").GetString() ?? "";

    private async Task CancelMirrorsAsync(CancellationToken cancellation)
    {
        for (var isCancelled = false; await ReadMirrorsAsync(cancellation).ConfigureAwait(false) is not null; isCancelled = true)
        {
            if (!isCancelled)
            {
                await IgnoringAsync(EndMirrorsAsync(force: true, cancellation)).ConfigureAwait(false);
            }

            await Task.Delay(TakeBackPause, time, cancellation).ConfigureAwait(false);
        }

        var nodes = await qmp.ExecuteAsync("query-named-block-nodes", static json => json.WriteBoolean("flat", true), cancellation).ConfigureAwait(false);
        foreach (var node in nodes.EnumerateArray().Select(static node => node.GetProperty("node-name").GetString()!).Where(static name => name.StartsWith(MirrorPrefix, StringComparison.Ordinal)))
        {
            await IgnoringAsync(RemoveMirrorNodesAsync([node[MirrorPrefix.Length..]], cancellation)).ConfigureAwait(false);
        }
    }

    // It may be gone already.
    private static async Task IgnoringAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (QmpException)
        {
        }
    }
}
