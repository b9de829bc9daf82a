using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <content>How schedules run at their times, and what becomes of a time that could not be kept.</content>
public sealed partial class ScheduleService
{
    // A clock that is set shows at the next look; a look costs microseconds.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    // Later than this a time counts as missed: the agent did not run, or the machine slept.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    // Further than this "already considered" cannot lie ahead but by a clock that was wrong.
    private static readonly TimeSpan FarAhead = TimeSpan.FromDays(1);

    private static readonly Call Own = new(NoSink.Instance, "root", whatIf: false, CancellationToken.None);

    /// <summary>Lets the schedules run. Comes after what the agent before this one had left unended was resumed or ended.</summary>
    public async Task StartAsync()
    {
        var running = (await operations.GetAsync(new GetVirtOperation { RunningOnly = true }, Own).ConfigureAwait(false)).Items;
        lock (gate)
        {
            foreach (var entry in entries.Values)
            {
                var run = running.FirstOrDefault(operation => operation.StartedBy == UserOf(entry));
                if (run is not null)
                {
                    Save(entry, entry.Row with { Due = null, LastRunId = run.Id });
                    Follow(entry, run.Id);
                }
                else if (entry.Row.Due is { } due)
                {
                    // The agent ended between the decision and the start: that time is still to be considered.
                    entry.Row = entry.Row with { Due = null, Considered = due.AddTicks(-1) };
                }
            }

            isStarted = true;
        }

        Wake();
    }

    private static string UserOf(ScheduleEntry entry) => "schedule:" + entry.Spec.Name;

    // Starts outside of the lock: the run's first steps happen on this thread.
    private void Wake()
    {
        List<(ScheduleEntry Entry, DateTimeOffset Due)> toStart = [];
        lock (gate)
        {
            var now = time.GetUtcNow();
            foreach (var entry in entries.Values)
            {
                try
                {
                    if (Consider(entry, now) is { } due)
                    {
                        toStart.Add((entry, due));
                    }
                }
                catch (VirtException e)
                {
                    AgentLog.Error($"Patch schedule '{entry.Spec.Name}' was not run", e);
                }
            }

            SetTimer();
        }

        toStart.ForEach(each => Begin(each.Entry, each.Due));
    }

    // The time whose run is to be started now; null: none.
    private DateTimeOffset? Consider(ScheduleEntry entry, DateTimeOffset now)
    {
        if (entry.Row.Considered > now + FarAhead)
        {
            Save(entry, entry.Row with { Considered = now });
        }

        if (entry.Time?.Last(entry.Row.Considered, now, entry.Spec.Window) is not { } due)
        {
            return null;
        }

        var reason = entry.IsRunning ? "the run before it still went on"
            : now >= due + entry.Spec.Window ? "its window had passed when the agent could have run it"
            : now - due > Grace && entry.Spec.MissedRun == MissedRunPolicy.Skip ? "the agent did not run at its time"
            : null;
        var row = entry.Row with { Considered = now };
        if (reason is not null)
        {
            Save(entry, row with { LastMessage = $"The run of {due.UtcDateTime:yyyy-MM-dd HH:mm} UTC was left out: {reason}." });
            AgentLog.Warning($"Patch schedule '{entry.Spec.Name}': {entry.Row.LastMessage}");
            return null;
        }

        // Written first: an agent that ends now finds that the run was still to be started.
        Save(entry, row with { Due = due, LastRun = now, LastRunId = null, LastMessage = "Running." });
        entry.IsRunning = true;
        return due;
    }

    private void Begin(ScheduleEntry entry, DateTimeOffset due)
    {
        AgentLog.Info($"Patch schedule '{entry.Spec.Name}' runs");
        var operation = start(entry.ToRequest(due), UserOf(entry));
        lock (gate)
        {
            // It may have been replaced meanwhile, or removed.
            if (entries.GetValueOrDefault(entry.Spec.Name) is not { } now)
            {
                return;
            }

            Follow(now, operation.Id);
            TrySave(now, now.Row with { Due = null, LastRunId = operation.Id });
        }
    }

    private void Follow(ScheduleEntry entry, Guid run)
    {
        entry.IsRunning = true;
        _ = EndAsync(entry.Spec.Name, run);
    }

    // The schedule may meanwhile have been replaced or removed; the run has not.
    private async Task EndAsync(string name, Guid run)
    {
        var message = await MessageAsync(run).ConfigureAwait(false);
        lock (gate)
        {
            if (entries.GetValueOrDefault(name) is not { } entry)
            {
                return;
            }

            entry.IsRunning = false;
            TrySave(entry, entry.Row with { LastMessage = message });
        }
    }

    private async Task<string> MessageAsync(Guid run)
    {
        try
        {
            var ended = await operations.WaitAsync(new WaitVirtOperation { Id = run }, Own).ConfigureAwait(false);
            return ended.Error is { } error ? error.Message : Sum(Methods.InvokePatch.Result.Decode(ended.Result ?? []));
        }
        catch (Exception e)
        {
            AgentLog.Error($"How patch run '{run}' ended is not known", e);
            return $"How it ended is not known: {e.Message}";
        }
    }

    private static string Sum(PatchRun run)
    {
        var counts = run.Results.GroupBy(result => result.Outcome).OrderBy(group => group.Key).Select(group => $"{group.Count()} {group.Key}");
        var missing = run.Errors.Length > 0 ? $"; {run.Errors.Length} not found" : "";
        return run.Results.Length == 0 ? (run.Message.Length > 0 ? run.Message : "No workload.") + missing : string.Join(", ", counts) + missing;
    }

    private void TrySave(ScheduleEntry entry, PatchScheduleRow row)
    {
        try
        {
            Save(entry, row);
        }
        catch (VirtException e)
        {
            AgentLog.Error($"How patch schedule '{row.Name}' stands was not stored", e);
            entry.Row = row;
        }
    }

    private void Save(ScheduleEntry entry, PatchScheduleRow row)
    {
        table.Save(row);
        entry.Row = row;
    }

    private void SetTimer()
    {
        if (!isStarted)
        {
            return;
        }

        var now = time.GetUtcNow();
        var next = entries.Values.Select(entry => entry.Next).Min();

        // What is due still could not be stored, and is tried again later. A timer that fires a little early finds nothing due, and is set again.
        var sleep = next is not { } at ? Timeout.InfiniteTimeSpan : at <= now || at - now > LongestSleep ? LongestSleep : at - now + TimeSpan.FromMilliseconds(1);
        timer.Change(sleep, Timeout.InfiniteTimeSpan);
    }
}
