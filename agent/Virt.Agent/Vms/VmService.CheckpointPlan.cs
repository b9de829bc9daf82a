using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Checkpoints that are made at the times of a schedule.</summary>
public sealed partial class VmService
{
    // A clock that is set shows at the next look; a look costs microseconds.
    private static readonly TimeSpan LongestPlanWait = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, bool> planned = new();
    private TaskCompletionSource planChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Makes the checkpoints of machines that have a schedule, for the agent's life. A time at which the agent did not run is made up for; one at which the machine did not is left out: it is as
    /// it was. After RecoverAsync, once requests are served.
    /// </summary>
    public void WatchCheckpointPlans() => _ = Task.Run(async () =>
    {
        using var places = new SemaphoreSlim(StartsAtOnce);
        try
        {
            while (true)
            {
                var changed = Volatile.Read(ref planChanged).Task;
                var now = time.GetUtcNow();
                foreach (var entry in entries.Values.Where(entry => DueOf(entry, now) is not null))
                {
                    // A machine may be busy for long, which is nothing to the others.
                    if (planned.TryAdd(entry.Id, true))
                    {
                        _ = MakePlannedAsync(entry, places);
                    }
                }

                await AwaitPlansAsync(changed, now).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
    });

    private void NotifyPlans() => Interlocked.Exchange(ref planChanged, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private async Task AwaitPlansAsync(Task changed, DateTimeOffset now)
    {
        var next = entries.Values.Select(entry => entry.CheckpointTimes?.Next(now)).Min();
        try
        {
            await changed.WaitAsync(DueWait.Until(next, time.GetUtcNow(), LongestPlanWait), time, ending.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The time of one has come, or it is time to look again.
        }
    }

    // The time whose checkpoint is to be made now; null: none.
    private static DateTimeOffset? DueOf(VmEntry entry, DateTimeOffset now)
    {
        if (entry is not { State: VMState.Running, Run: { } run, Spec.CheckpointPlan: { } plan, CheckpointTimes: { } times })
        {
            return null;
        }

        // Of a time before it was started it is too late to hold anything.
        var since = plan.Considered > run.StartTime ? plan.Considered : run.StartTime;
        return times.Last(since, now, plan.ExpiresAfter);
    }

    private async Task MakePlannedAsync(VmEntry entry, SemaphoreSlim places)
    {
        try
        {
            await places.WaitAsync(ending.Token).ConfigureAwait(false);
            try
            {
                await MakePlannedAsync(entry).ConfigureAwait(false);
            }
            finally
            {
                places.Release();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The next agent makes it: its time is not dealt with yet.
        }
        catch (Exception e)
        {
            AgentLog.Error($"Whether the checkpoint that VM '{entry.Name}' has a schedule for was made is not stored", e);
        }
        finally
        {
            planned.TryRemove(entry.Id, out _);
        }
    }

    private async Task MakePlannedAsync(VmEntry entry)
    {
        if (DueOf(entry, time.GetUtcNow()) is not { } due || entry.Spec.CheckpointPlan is not { } plan)
        {
            return;
        }

        string? problem = null;
        try
        {
            var call = new Call(NoSink.Instance, "root", whatIf: false, ending.Token);
            await CheckpointAsync(new CheckpointVM { Id = entry.Id, Name = entry.Name, ExpiresAfter = plan.ExpiresAfter, Notes = $"Made by its schedule, '{plan.Cron}' {plan.TimeZone}." }, call).ConfigureAwait(false);
        }
        catch (VirtException e) when (e.Id == VmErrors.MovingId)
        {
            // Where its move fails it is made here afterwards, and by the host that it has come to where not.
            using var moving = await locks.EnterAsync(entry.Id, ending.Token).ConfigureAwait(false);
            return;
        }
        catch (VirtException e)
        {
            problem = $"There is no checkpoint of {due.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {e.Message}";
            AgentLog.Warning($"VM '{entry.Name}': {problem}");
        }

        using var held = await locks.EnterAsync(entry.Id, ending.Token).ConfigureAwait(false);
        if (!entry.IsRemoved && entry.Spec.CheckpointPlan is { } present)
        {
            // Also where that failed: its next time comes, and the same fault every minute would help nobody.
            entry.Set(table, entry.Phase, entry.Run, entry.Spec with { CheckpointPlan = present with { Considered = due > present.Considered ? due : present.Considered, Problem = problem } });
            if (problem is not null)
            {
                entry.Tell(VirtEventAction.CheckpointMissed, problem);
            }
        }
    }
}
