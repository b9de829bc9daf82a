using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>Get-PatchHistory.</summary>
public sealed partial class PatchService
{
    /// <summary>Runs, newest first, with what they did to the workloads that are named. Workloads that are gone are found by the name that they had.</summary>
    public async Task<PatchRunList> HistoryAsync(GetPatchHistory request, Call call)
    {
        var asked = request.Targets;
        var isAll = asked is { VMNames.Length: 0, VMIds.Length: 0, ContainerNames.Length: 0, ContainerIds.Length: 0 };
        var errors = request.RunIds.Where(id => store.Table.FindRun(id) is null).Select(static id => NoRun(id).ToInfo()).ToList();
        var found = new List<PatchRun>();
        var rows = store.Table.LoadRuns().Where(row => (request.RunIds.Length == 0 || request.RunIds.Contains(row.Id)) && (request.Since is not { } since || row.Started > since));
        foreach (var row in rows)
        {
            if (found.Count == Math.Max(request.Last, 1))
            {
                break;
            }

            var run = PatchStore.Show(row, store.LoadJournals(row.Id));
            run.Results = isAll ? run.Results : [.. run.Results.Where(result => IsNamed(asked, new PatchPlanTarget { Kind = result.Kind, Id = result.Id, Name = result.Name }))];
            if (isAll || run.Results.Length > 0)
            {
                found.Add(run);
            }
        }

        if (!isAll)
        {
            // A name that neither a run nor a workload has is a mistake of the user's.
            var known = found.SelectMany(static run => run.Results).Select(static result => result.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
            errors.AddRange((await workloads.FindAsync(asked, call.Cancellation).ConfigureAwait(false)).Errors.Where(error => error.Target is null || !known.Contains(error.Target)));
        }

        return new PatchRunList { Items = [.. found], Errors = [.. errors] };
    }

    private static VirtException NoRun(Guid id) => new(ErrorCode.NotFound, "PatchRunNotFound", $"Cannot get patch run '{id}': no run has that id.", id.ToString(), "Get-PatchHistory");
}
