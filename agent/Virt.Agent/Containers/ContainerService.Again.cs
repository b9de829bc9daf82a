using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private readonly CancellationTokenSource ending = new();

    /// <summary>Starts what its restart policy wants to run and what does not, each after those that it names. After RecoverAsync, once requests are served.</summary>
    public void StartWanted()
    {
        var wanted = entries.Values.Where(static e => !ContainerStates.IsAlive(e.State) && ContainerRestart.IsWantedAtStart(e.Spec, e.Run)).OrderBy(static e => e.Row.Created).ToList();
        if (wanted.Count > 0)
        {
            InBackground(
                async () =>
                {
                    foreach (var entry in StartOrder.Of(wanted, static e => e.Name, static e => e.Spec.After))
                    {
                        await StartWantedAsync(entry, entry.Run!.HostStopped ? 0 : ContainerRestart.Count(entry.Run)).ConfigureAwait(false);
                    }
                },
                "start what shall run");
        }
    }

    private void CheckStartOrder(string verb, string name, string[]? after) =>
        StartOrder.CheckRing(verb, Kind, name, after, other => FindByName(other)?.Spec.After ?? []);

    // After the end of a run. The wait is nothing that the agent's own end waits for: the next agent looks at all of them.
    private void StartAgainWhereWanted(ContainerEntry entry, ContainerRun run)
    {
        if (!isStopping && ContainerRestart.IsWanted(entry.Spec, run))
        {
            _ = AgainAsync();
        }

        async Task AgainAsync()
        {
            var count = ContainerRestart.Count(run);
            var delay = ContainerRestart.Delay(count);
            entry.NextStart = (run.LaunchId, time.GetUtcNow() + delay);
            try
            {
                await Task.Delay(delay, time, ending.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            InBackground(
                async () =>
                {
                    if (entry.Run?.LaunchId == run.LaunchId)
                    {
                        await StartWantedAsync(entry, count + 1).ConfigureAwait(false);
                    }
                },
                $"start container '{entry.Name}' again");
        }
    }

    // Null: it runs, or nobody starts it again.
    private static DateTimeOffset? NextStartOf(ContainerEntry entry) =>
        entry is { Run: { } run, NextStart: { } next } && next.LaunchId == run.LaunchId && !ContainerStates.IsAlive(entry.State) && entry.State != ContainerState.Starting && ContainerRestart.IsWanted(entry.Spec, run) ? next.Time : null;

    private string StatusOf(ContainerEntry entry, DateTimeOffset? nextStart) =>
        entry.Run is not { } run ? ""
        : nextStart is { } next ? $"{run.Status} {ContainerRestart.Words(run, next - time.GetUtcNow())}".TrimStart()
        : run.Status;

    private async Task StartWantedAsync(ContainerEntry entry, int count)
    {
        using var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
        // Somebody may have started, stopped or removed it meanwhile.
        if (isStopping || entry.IsRemoved || ContainerStates.IsAlive(entry.State) || entry.Run is not { IsStopped: false } && entry.Spec.RestartPolicy != RestartPolicy.Always)
        {
            return;
        }

        try
        {
            var spec = WithIds(entry.Name, entry.Spec);
            var lease = TakeCgroup(entry.Name, LimitsOf(spec));
            var run = NewRun(lease, spec) with { RestartCount = count };
            await LaunchAsync(entry, run, lease, () => entry.Set(table, ContainerState.Starting, run, spec)).ConfigureAwait(false);
        }
        catch (VirtException e)
        {
            // Its state says so too, and it is tried again as if it had run and failed.
            AgentLog.Warning(e.Message);
            if (entry.Run is { } failed)
            {
                StartAgainWhereWanted(entry, failed);
            }
        }
    }
}
