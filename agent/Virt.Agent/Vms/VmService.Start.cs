using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qmp;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Start-VM.</summary>
public sealed partial class VmService
{
    private static readonly TimeSpan MonitorTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Starts a machine, from what was saved of it where something was, or lets a paused one go on.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; Conflict (the disk is in use); NotFound or DataLoss (image, disk); ResourceExhausted; Unavailable (QEMU).</exception>
    public async Task<VM> StartAsync(StartVM request, Call call)
    {
        var entry = Find("start", request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync("start", entry, call).ConfigureAwait(false);
        if (entry.State == VMState.Running)
        {
            return Show(entry); // as Start-Service and docker start have it: a script can be run twice
        }

        VmStates.CheckStart(entry.Name, entry.State);
        if (entry.State == VMState.Paused)
        {
            return call.WhatIf ? Show(entry) : await GoOnAsync("start", entry, call).ConfigureAwait(false);
        }

        var plan = CheckStart("start", entry, call.WhatIf);
        if (call.WhatIf)
        {
            return Show(entry);
        }

        call.Report($"Starting VM '{entry.Name}'", "waiting for QEMU");
        await LaunchOrFailAsync(entry, plan, call.Cancellation).ConfigureAwait(false);
        return Show(entry);
    }

    /// <summary>Starts a machine that is off, as it is after it was restored without a memory; does nothing with one that runs.</summary>
    /// <inheritdoc cref="StartAsync" path="/exception"/>
    internal Task StartStoppedAsync(Guid id, string name, Call call) =>
        Find("start", id, name).State == VMState.Stopped ? StartAsync(new StartVM { Id = id, Name = name }, call) : Task.CompletedTask;

    // Everything that can be known before something is changed.
    private QemuPlan CheckStart(string verb, VmEntry entry, bool whatIf)
    {
        CheckLease(verb, entry, whatIf);
        return entry.Run?.Saved is { } saved ? PlanFromSaved(entry, saved) : PlanStart(entry);
    }

    // Under the lock, of a machine that does not run: where it fails, its row says why. What was saved stays saved.
    private async Task LaunchOrFailAsync(VmEntry entry, QemuPlan plan, CancellationToken cancellation)
    {
        try
        {
            await (entry.Run?.Saved is { } saved ? LaunchFromSavedAsync(entry, saved, plan, cancellation) : LaunchAsync(entry, plan, cancellation)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            var isCancelled = e is OperationCanceledException;
            var run = new VmRun { Status = isCancelled ? "" : e.Message, Saved = entry.Run?.Saved };
            entry.Set(table, run.Saved is not null ? VMState.Saved : isCancelled ? VMState.Stopped : VMState.Failed, run);
            throw;
        }
    }

    // Where it fails, nothing of the run is left but its row.
    private async Task LaunchAsync(VmEntry entry, QemuPlan plan, CancellationToken cancellation, Func<VmSession, Task>? load = null, Func<VmProcess, VmSession, Task>? renew = null, bool standsStill = false)
    {
        var clock = Stopwatch.StartNew();
        var folder = FolderOf(entry);
        entry.Set(table, VMState.Starting, new VmRun { StartTime = time.GetUtcNow(), Accelerator = HostOf(entry.Spec).Accelerator, Saved = load is null ? null : entry.Run?.Saved, Renews = renew is not null }, load is null ? entry.Spec.FromNextStart() : null);

        await CheckDiskEndAsync("start", entry, cancellation).ConfigureAwait(false);
        await using var undo = new Rollback();
        undo.Add($"remove the run folder of VM '{entry.Name}'", () => RemoveRunFolder(entry));
        undo.Add($"take VM '{entry.Name}' off its network", () => Disconnect(entry));
        PrepareNetwork(entry);
        using var files = QemuFiles.Open(entry.Name, folder, plan, adapter => ConnectNetwork(entry, adapter));
        await FaultPoint.ReachAsync(VmFaults.Connected).ConfigureAwait(false);
        var stream = VmSession.Open(folder.QmpSocket);
        undo.Add("close the monitor", stream.DisposeAsync);
        var prepared = clock.Elapsed;

        var (process, confined) = await LaunchQemuAsync(entry, plan, files).ConfigureAwait(false);
        undo.Add($"end QEMU of VM '{entry.Name}'", () => EndNowAsync(process));
        undo.Add($"wait for the control group of VM '{entry.Name}'", () => SettledAsync(confined));
        files.Dispose();
        await FaultPoint.ReachAsync(VmFaults.Launched).ConfigureAwait(false);
        entry.Set(table, VMState.Starting, RunOf(entry, process));
        var launched = clock.Elapsed;

        var session = await ConnectAsync(entry, process, stream, cancellation).ConfigureAwait(false);
        undo.Add("close the session", session.DisposeAsync);
        await confined.ConfigureAwait(false);
        var connected = clock.Elapsed;

        if (load is not null)
        {
            await LoadAsync(entry, process, session, load).ConfigureAwait(false);
            Spend(entry);
        }

        await AskQemuAsync("start", entry.Name, session, asked => LimitAllAsync(entry, asked)).ConfigureAwait(false);
        if (!standsStill)
        {
            await AskQemuAsync("start", entry.Name, session, asked => asked.ContinueAsync(cancellation)).ConfigureAwait(false);
        }

        if (renew is not null)
        {
            await renew(process, session).ConfigureAwait(false);
        }

        entry.Process = process;
        entry.Session = session;
        entry.Set(table, VMState.Running, entry.Run! with { Renews = false });
        undo.Commit();
        Watch(entry, process, session);
        AgentLog.Info(FormattableString.Invariant(
            $"VM '{entry.Name}' runs after {clock.Elapsed.TotalMilliseconds:0.0} ms: {prepared.TotalMilliseconds:0.0} preparing, {(launched - prepared).TotalMilliseconds:0.0} launching, {(connected - launched).TotalMilliseconds:0.0} waiting for QEMU, {(clock.Elapsed - connected).TotalMilliseconds:0.0} letting it run"));
    }

    // Whether or not it has come to it: what is there can be taken away then.
    private static async ValueTask SettledAsync(Task confined) => await confined.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static VmRun RunOf(VmEntry entry, VmProcess process) => entry.Run! with
    {
        ProcessId = process.Identity.Id,
        Inode = process.Identity.Inode,
        StartTicks = process.Identity.StartTicks,
        Tpm = process.Tpm is { } tpm ? VmTpmProcess.Of(tpm.Identity) : null,
    };

    // QEMU's greeting, or its end, or neither in time.
    private async Task<VmSession> ConnectAsync(VmEntry entry, VmProcess process, System.IO.Stream stream, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(MonitorTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await VmSession.ConnectAsync(stream, FolderOf(entry), time, entry.Notify, process, either.Token).ConfigureAwait(false);
        }
        catch (QmpClosedException)
        {
            throw await EndedAsync(entry, process, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new VirtException(ErrorCode.Timeout, "QemuStartTimeout", $"Cannot start VM '{entry.Name}': QEMU did not greet on its monitor within {MonitorTimeout.TotalSeconds:0} s.", entry.Name, "Test-VirtHost");
        }
    }

    private async Task<VirtException> EndedAsync(VmEntry entry, VmProcess process, CancellationToken cancellation)
    {
        // Its socket closes a moment before it has ended.
        await Task.WhenAny(process.Ended, Task.Delay(EndTimeout, time, cancellation)).ConfigureAwait(false);
        var how = process.Ended.IsCompleted ? How(await process.Ended.ConfigureAwait(false)) : "closed its monitor";
        return VmErrors.Ended(entry.Name, DiskNode.PathsOf(entry.Spec), how, LastErrors(entry));
    }

    // What the guest goes on from instead of being started.
    private async Task LoadAsync(VmEntry entry, VmProcess process, VmSession session, Func<VmSession, Task> load)
    {
        try
        {
            await load(session).ConfigureAwait(false);
        }
        catch (QmpException e)
        {
            throw VmErrors.Refused("start", entry.Name, e);
        }
        catch (QmpClosedException)
        {
            throw await EndedAsync(entry, process, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static string How(ExitStatus status) => status switch
    {
        { ExitCode: { } code } => FormattableString.Invariant($"exited with code {code}"),
        { Signal: { } signal } => FormattableString.Invariant($"was ended by signal {signal}"),
        _ => "ended",
    };
}
