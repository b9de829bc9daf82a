using System;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>What becomes of runs that the end of an agent has interrupted.</summary>
public sealed partial class PatchService
{
    /// <summary>
    /// Lets every run go on that has not ended, under its own operation: each workload from the step that it was in, or put back (<see cref="PatchSequence"/>).
    /// Comes after the workloads' own services have recovered, and before operations are ended that nobody has resumed. Waits for nothing.
    /// </summary>
    public Task RecoverAsync()
    {
        foreach (var row in store.Table.LoadRuns(runningOnly: true))
        {
            try
            {
                Resume(row);
            }
            catch (Exception e)
            {
                AgentLog.Error($"Could not go on with patch run '{row.Id}'", e);
            }
        }

        return Task.CompletedTask;
    }

    private void Resume(PatchRunRow row)
    {
        var spec = PatchStore.SpecOf(row);
        var journals = store.LoadJournals(row.Id);

        // Reserved here and not when the work begins: a request may come first.
        foreach (var journal in journals)
        {
            if (!journal.IsEnded)
            {
                active.Take(journal.Target.Id, row.Id);
            }
        }

        AgentLog.Info($"Patch run '{row.Id}' goes on");
        var resumed = spec.IsUndo
            ? operations.Resume(row.Id, Methods.UndoPatch, GoOnAsync)
            : operations.Resume(row.Id, Methods.InvokePatch, GoOnAsync);
        if (resumed is null)
        {
            // Its operation was never written, or is lost: its workloads must be whole all the same.
            _ = operations.Start(spec.IsUndo ? Methods.UndoPatch.Name : Methods.InvokePatch.Name, row.StartedBy, async call => PatchRun.WireFormat.Encode(await GoOnAsync(call).ConfigureAwait(false)));
        }

        Task<PatchRun> GoOnAsync(Call call) => RunAsync(row, spec, journals, call);
    }
}
