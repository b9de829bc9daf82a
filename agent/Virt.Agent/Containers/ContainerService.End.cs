using System.Threading.Tasks;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    // Waits for the end of a run. Not among the work that DisposeAsync waits for: a run has no end in sight.
    private async Task FollowAsync(ContainerEntry entry, KeptProcess process)
    {
        var status = await process.Exited.ConfigureAwait(false);
        if (!isStopping)
        {
            InBackground(() => EndAsync(entry, process, status), $"write the end of container '{entry.Name}'");
        }
    }

    private async Task EndAsync(ContainerEntry entry, KeptProcess process, ExitStatus status)
    {
        string cgroup;
        using (await locks.EnterAsync(entry.Id, default).ConfigureAwait(false))
        {
            if (entry.Process != process || entry.Run is not { } run)
            {
                return;
            }

            cgroup = run.Cgroup;
            entry.Process = null;
            process.Dispose();
            Disconnect(entry);
            entry.Set(table, ContainerState.Stopped, Ended(run, status));
        }

        await cgroups.RemoveAsync(cgroup).ConfigureAwait(false);
    }

    private ContainerRun Ended(ContainerRun run, ExitStatus status)
    {
        var outOfMemory = status.Signal == Signals.Kill && cgroups.Open(run.Cgroup).ReadUsage().OutOfMemoryKills > 0;
        return run with
        {
            ExitTime = status.Time,
            ExitCode = status.Code,
            OutOfMemory = outOfMemory,
            Status = status switch
            {
                { Signal: not null } when outOfMemory => "It reached its memory limit, and the kernel ended it.",
                { Signal: { } signal } => $"Signal {signal} ended it.",
                { Code: null } => "It ended while nobody could see it; its exit code is not known.",
                _ => "",
            },
        };
    }
}
