using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    // From one generation to another, under the container's lock. Everything that can be made ready is, before the old first process is asked to end; the row goes
    // over in one write after its end. Whatever ends the agent in between, the container is the one or the other, and StartAgain tells the next agent that it ran.
    private async Task<ContainerReplacement> SwitchAsync(ContainerEntry entry, ContainerSpec to, Call call)
    {
        var present = entry.Spec;
        var wasRunning = ContainerStates.IsAlive(entry.State);
        var downtime = TimeSpan.Zero;
        if (wasRunning)
        {
            downtime = await SwitchRunningAsync(entry, to, call).ConfigureAwait(false);
        }
        else
        {
            entry.Set(table, entry.State, entry.Run, to);
        }

        await FaultPoint.ReachAsync(ContainerFaults.SwitchStarted).ConfigureAwait(false);
        var left = CountWrites(FolderOf(entry, present.Generation));
        TryRemoveUnused(entry);
        return new ContainerReplacement { Generation = to.Generation, Former = present.Generation, WasRunning = wasRunning, Downtime = downtime, FilesLeftBehind = left };
    }

    private async Task<TimeSpan> SwitchRunningAsync(ContainerEntry entry, ContainerSpec to, Call call)
    {
        var present = entry.Spec;
        to = WithIds(entry.Name, to);
        var lease = TakeCgroup(entry.Name, LimitsOf(to));
        var run = NewRun(lease, to);
        ExitStatus ended;
        KeptProcess process;
        try
        {
            SetLimits(lease, to);
            using var prepared = await PrepareAsync(entry, to, run, lease).ConfigureAwait(false);
            await FaultPoint.ReachAsync(ContainerFaults.SwitchPrepared, call.Cancellation).ConfigureAwait(false);
            ended = await StopForSwitchAsync(entry, cancellation: call.Cancellation).ConfigureAwait(false);
            entry.Set(table, ContainerState.Starting, run with { StartAgain = true }, to);
            await FaultPoint.ReachAsync(ContainerFaults.SwitchWritten).ConfigureAwait(false);
            process = await LaunchAsync(prepared).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            InBackground(() => CleanUpAsync(lease), $"remove the cgroup of container '{entry.Name}'");
            await BackAsync(entry, present).ConfigureAwait(false);
            TryRemoveUnused(entry);
            if (e is OperationCanceledException)
            {
                throw;
            }

            throw LaunchError.Of(entry.Name, to, e);
        }

        await FaultPoint.ReachAsync(ContainerFaults.SwitchLaunched).ConfigureAwait(false);
        SetRunning(entry, run, process, lease);
        return entry.Run!.StartTime - ended.Time is { } time && time > TimeSpan.Zero ? time : TimeSpan.Zero;
    }

    // Ends with the container's first process, and with nothing left that tells of its end: what is found from now on is of the next.
    private async Task<ExitStatus> StopForSwitchAsync(ContainerEntry entry, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var process = entry.Process!;
        var run = entry.Run!;
        var was = entry.State;
        entry.Set(table, ContainerState.Stopping, run with { StartAgain = true });
        await FaultPoint.ReachAsync(ContainerFaults.SwitchAnnounced, CancellationToken.None).ConfigureAwait(false);
        await SignalEndAsync(entry, process, was, atOnce: timeout == TimeSpan.Zero).ConfigureAwait(false);
        await FaultPoint.ReachAsync(ContainerFaults.SwitchSignalled, CancellationToken.None).ConfigureAwait(false);
        ExitStatus status;
        try
        {
            status = await EndOfAsync(entry, process, timeout, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await RunOnAsync(entry, was, Patience(entry, timeout)).ConfigureAwait(false);
            throw;
        }

        FolderOf(entry).ForgetExit();
        entry.Process = null;
        process.Dispose();
        InBackground(() => cgroups.RemoveAsync(run.Cgroup), $"remove the cgroup of container '{entry.Name}'");
        await FaultPoint.ReachAsync(ContainerFaults.SwitchStopped, CancellationToken.None).ConfigureAwait(false);
        return status;
    }

    private static TimeSpan Patience(ContainerEntry entry, TimeSpan? timeout) => timeout is null || timeout == TimeSpan.Zero ? entry.Spec.StopTimeout : timeout.Value;

    private static async Task<ExitStatus> EndOfAsync(ContainerEntry entry, KeptProcess process, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        try
        {
            return await process.Exited.WaitAsync(Patience(entry, timeout), cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            process.Signal(Signals.Kill);
        }

        try
        {
            return await process.Exited.WaitAsync(Timeouts.Kill, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new VirtException(
                ErrorCode.Timeout,
                "ContainerStopTimeout",
                $"Cannot replace container '{entry.Name}': its first process did not end within {Timeouts.Kill.TotalSeconds} s of SIGKILL.",
                entry.Name,
                $"Stop-Container -Name {entry.Name} -TurnOff");
        }
    }

    // The generation that it was, running again where it had been stopped. Its own failure is told by its state, and by what this says of it.
    private async Task<string> BackAsync(ContainerEntry entry, ContainerSpec present)
    {
        if (entry.Process is not null)
        {
            if (entry.State == ContainerState.Stopping)
            {
                entry.Set(table, ContainerState.Running, entry.Run! with { StartAgain = false });
            }

            return "it still runs as it was";
        }

        try
        {
            await StartAgainAsync(entry, present).ConfigureAwait(false);
            return "it runs again as it was";
        }
        catch (VirtException e)
        {
            AgentLog.Error($"Could not start container '{entry.Name}' again after it could not be replaced", e);
            return "and as it was it could not be started again either";
        }
    }

    private void TryRemoveUnused(ContainerEntry entry)
    {
        try
        {
            RemoveUnused(entry);
        }
        catch (LinuxException e)
        {
            AgentLog.Error($"Could not remove a generation of container '{entry.Name}'; the agent's next start tries again", e);
        }
    }

    private async Task StartAgainAsync(ContainerEntry entry, ContainerSpec spec)
    {
        spec = WithIds(entry.Name, spec);
        var lease = TakeCgroup(entry.Name, LimitsOf(spec));
        var run = NewRun(lease, spec);
        try
        {
            await LaunchAsync(entry, run, lease, () => entry.Set(table, ContainerState.Starting, run with { StartAgain = true }, spec)).ConfigureAwait(false);
        }
        finally
        {
            RemoveWhereOver(entry);
        }
    }

    private static ContainerWrites CountWrites(ContainerFolder folder) => System.IO.Directory.Exists(folder.Upper) ? LayerTree.Count(folder.Upper) : new ContainerWrites(0, 0);
}
