using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>Undo-Patch.</summary>
public sealed partial class PatchService
{
    /// <summary>Takes back the last patch of workloads, where what they were before was kept. What is lost by it stands in each result.</summary>
    /// <exception cref="VirtException">InvalidArgument: no workload is named. NotFound: nothing was kept of one that is named by id or in full.</exception>
    public async Task<PatchRun> UndoAsync(UndoPatch request, Call call)
    {
        var asked = request.Targets;
        var isAll = asked is { VMNames.Length: 0, VMIds.Length: 0, ContainerNames.Length: 0, ContainerIds.Length: 0 };
        if (isAll && request.RunId == Guid.Empty)
        {
            throw Invalid("NoWorkload", "Cannot take back a patch: neither a workload nor a run is named.", "Get-PatchHistory");
        }

        var found = await workloads.FindAsync(asked, call.Cancellation).ConfigureAwait(false);
        var errors = found.Errors.ToList();
        var journals = new List<PatchJournal>();
        foreach (var target in found.Targets)
        {
            var kept = store.Table.LoadKept(target.Id).FirstOrDefault(row => request.RunId == Guid.Empty || row.RunId == request.RunId);
            if (kept is not null)
            {
                journals.Add(Undoing(PatchStore.JournalOf(kept), kept.RunId));
            }
            else if (!isAll && IsLiteral(asked, target))
            {
                errors.Add(NothingKept(target).ToInfo());
            }
        }

        call.WorksOn(string.Join(", ", journals.Select(static j => j.Target.Name)));
        return await BeginAsync(new PatchRunSpec { IsUndo = true, Errors = [.. errors], Options = new PatchOptions { MaxFailed = int.MaxValue } }, journals, "", call).ConfigureAwait(false);
    }

    private static PatchJournal Undoing(PatchJournal patched, Guid run) => new()
    {
        Target = patched.Target,
        Data = patched.Data,
        IsUndo = true,
        UndoneRunId = run,
        Step = PatchStepKind.PutBack,
        Result = new PatchResult { Kind = patched.Target.Kind, Id = patched.Target.Id, Name = patched.Target.Name, Packages = patched.Result.Packages },
    };

    // One that only a pattern has found may well have nothing to be taken back.
    private static bool IsLiteral(PatchTargets asked, IPatchTarget target)
    {
        var (names, ids) = target.Kind == WorkloadKind.VM ? (asked.VMNames, asked.VMIds) : (asked.ContainerNames, asked.ContainerIds);
        return ids.Contains(target.Id) || names.Any(name => !NamePattern.IsPattern(name) && name.Equals(target.Name, StringComparison.OrdinalIgnoreCase));
    }

    private static VirtException NothingKept(IPatchTarget target) => new(
        ErrorCode.NotFound,
        "NoPatchKept",
        $"Cannot take back the patch of {PatchErrors.Words(target.Kind, target.Name)}: nothing was kept that it could be put back to.",
        target.Name,
        target.Kind == WorkloadKind.VM ? $"Invoke-Patch -VM {target.Name} -KeepCheckpoint" : $"Get-PatchHistory -Container {target.Name}");
}
