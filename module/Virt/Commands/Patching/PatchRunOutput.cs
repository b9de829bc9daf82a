using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>What a patch run is in PowerShell: a result for each workload, and an error too for each that failed.</summary>
internal static class PatchRunOutput
{
    /// <summary>Makes both.</summary>
    /// <param name="run">The run.</param>
    /// <param name="targets">What the user gave for the workloads.</param>
    public static JobOutput From(PatchRun run, WorkloadTargets targets) =>
        new(
            [.. run.Results],
            [
                .. run.Errors.Select(error => ErrorRecords.From(new VirtException(error), error.Target)),
                .. run.Results.Where(HasFailed).Select(result => ErrorRecords.From(Error(result), targets.InputOf(result.Id, result.Name))),
            ]);

    private static bool HasFailed(PatchResult result) => result.Error is not null || result.Outcome is PatchOutcome.PutBack or PatchOutcome.Failed;

    private static VirtException Error(PatchResult result)
    {
        var kind = result.Kind == WorkloadKind.VM ? "VM" : "container";
        var action = $"(Get-PatchHistory -Id {result.RunId}).Results | Where-Object Name -eq '{result.Name}' | Select-Object -ExpandProperty Steps";
        if (result.Error is { } error)
        {
            return new VirtException(error.Code, error.Id, error.Message, error.Target ?? result.Name, error.RecommendedAction ?? action);
        }

        var why = result.Message.Length > 0 ? result.Message.TrimEnd('.') : PatchText.Outcome(result.Outcome);
        return new VirtException(ErrorCode.HealthCheckFailed, "PatchFailed", $"Cannot patch {kind} '{result.Name}': {why}.", result.Name, action);
    }
}
