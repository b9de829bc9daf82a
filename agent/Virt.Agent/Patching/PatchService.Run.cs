using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>A run, from its first workload to its last, new or resumed.</summary>
public sealed partial class PatchService
{
    private static readonly int StepCount = Enum.GetValues<PatchStepKind>().Length;

    private async Task<PatchRun> RunAsync(PatchRunRow row, PatchRunSpec spec, List<PatchJournal> journals, Call call)
    {
        Reserve(row.Id, journals);
        try
        {
            var runner = new PatchRunner(journals, spec, time, (number, token) => PatchAsync(row.Id, spec, journals, number, call, token), number => store.Save(row.Id, number, journals[number]));
            var why = await runner.RunAsync(call.Cancellation).ConfigureAwait(false);
            await FaultPoint.ReachAsync(PatchFaults.Ending).ConfigureAwait(false);
            var wasCancelled = call.Cancellation.IsCancellationRequested && (why.Length > 0 || journals.Any(static j => j.Result.Error?.Code == ErrorCode.Cancelled));
            row = row with
            {
                Ended = time.GetUtcNow(),
                State = wasCancelled ? OperationState.Cancelled : journals.Any(PatchRunner.HasFailed) ? OperationState.Failed : OperationState.Completed,
                Message = why.Length == 0 ? "" : char.ToUpperInvariant(why[0]) + why[1..] + ".",
            };
            store.Table.Save(row);
            return wasCancelled ? throw Cancelled(row.Id, journals) : PatchStore.Show(row, journals);
        }
        finally
        {
            foreach (var journal in journals)
            {
                active.Release(journal.Target.Id, row.Id);
            }
        }
    }

    // What another run works on is left to it, and said.
    private void Reserve(Guid run, List<PatchJournal> journals)
    {
        for (var number = 0; number < journals.Count; number++)
        {
            var journal = journals[number];
            if (journal.IsEnded || active.Take(journal.Target.Id, run) is var other && other == run)
            {
                continue;
            }

            var error = PatchErrors.Busy(journal.Target.Kind, journal.Target.Name, other).ToInfo();
            journal.Step = null;
            journal.IsEnded = true;
            journal.Result.StartTime = time.GetUtcNow();
            journal.Result.Outcome = PatchOutcome.Skipped;
            journal.Result.Error = error;
            journal.Result.Message = error.Message;
            store.Save(run, number, journal);
        }
    }

    private async Task PatchAsync(Guid run, PatchRunSpec spec, List<PatchJournal> journals, int number, Call call, CancellationToken cancellation)
    {
        var journal = journals[number];
        try
        {
            if (await workloads.FindAsync(journal.Target.Kind, journal.Target.Id, cancellation: CancellationToken.None).ConfigureAwait(false) is not { } target)
            {
                throw PatchErrors.Gone(journal.Target.Kind, journal.Target.Name);
            }

            var work = new TargetWork(run, journal, () => Save(run, number, journal));
            await new TargetPatch(target, ManagerOf(journal.Target), spec.Options, work, time, step => Report(call, spec, journals, number, step), stopping.Token).RunAsync(cancellation).ConfigureAwait(false);
            Settle(run, journal);
            AgentLog.Info($"Patch run '{run}': {PatchErrors.Words(target.Kind, target.Name)} is {journal.Result.Outcome} ({string.Join(", ", journal.Result.Steps.Select(Words))})");
        }
        catch (Exception e)
        {
            // It could not even be begun, or its journal could not be written: the others go on.
            var error = ErrorReply.From(e, Methods.InvokePatch.Name);
            journal.Step = null;
            journal.IsEnded = true;
            journal.Result.Outcome = journal.Result.Steps.Length == 0 ? PatchOutcome.Skipped : PatchOutcome.Failed;
            journal.Result.Error ??= error;
            journal.Result.Message = error.Message;
            TrySave(run, number, journal);
        }
        finally
        {
            active.Release(journal.Target.Id, run);
            Tell(journal);
        }
    }

    // What was not begun, and where nothing was to be done, is no news; nor is what the next agent goes on with.
    private void Tell(PatchJournal journal)
    {
        VirtEventAction? action = !journal.IsEnded ? null : journal.Result.Outcome switch
        {
            PatchOutcome.Patched => VirtEventAction.Patched,
            PatchOutcome.PutBack or PatchOutcome.Undone => VirtEventAction.PutBack,
            PatchOutcome.Failed => VirtEventAction.PatchFailed,
            _ => null,
        };
        if (action is { } what)
        {
            var kind = journal.Target.Kind == WorkloadKind.VM ? VirtEventKind.VM : VirtEventKind.Container;
            events.Publish(kind, what, journal.Target.Name, journal.Target.Id, journal.Result.Message);
        }
    }

    private static string Words(PatchStep step) => FormattableString.Invariant($"{step.Name} {step.Duration.TotalMilliseconds:0} ms");

    private void Save(Guid run, int number, PatchJournal journal)
    {
        if (!stopping.IsCancellationRequested)
        {
            store.Save(run, number, journal);
        }
    }

    private void TrySave(Guid run, int number, PatchJournal journal)
    {
        try
        {
            Save(run, number, journal);
        }
        catch (VirtException e)
        {
            AgentLog.Error($"Could not write how the patch of {PatchErrors.Words(journal.Target.Kind, journal.Target.Name)} ended", e);
        }
    }

    // A container has one former generation: what an earlier run kept of it is gone. What was taken back cannot be taken back again.
    private void Settle(Guid run, PatchJournal journal)
    {
        var isReplaced = journal is { IsUndo: false, Target.Kind: WorkloadKind.Container, Data.IsReplaced: true };
        var isUndone = journal is { IsUndo: true, Result.Outcome: PatchOutcome.Undone };
        if (!isReplaced && !isUndone)
        {
            return;
        }

        foreach (var row in store.Table.LoadKept(journal.Target.Id).Where(row => row.RunId != run && (isReplaced || row.RunId == journal.UndoneRunId)))
        {
            store.Forget(row, isUndone && row.RunId == journal.UndoneRunId);
        }
    }

    private static void Report(Call call, PatchRunSpec spec, List<PatchJournal> journals, int number, PatchStepKind step)
    {
        var done = journals.Sum(static journal => journal.IsEnded ? StepCount : journal.Step is { } at ? (int)at : 0);
        var verb = spec.IsUndo ? "Taking back patches" : "Patching";
        var activity = journals.Count == 1 ? $"{verb}: {PatchErrors.Words(journals[0].Target.Kind, journals[0].Target.Name)}" : $"{verb}: {journals.Count} workloads";
        call.Report(activity, journals.Count == 1 ? step.ToString() : $"{journals[number].Target.Name}: {step}", done * 100 / (journals.Count * StepCount));
    }

    private static VirtException Cancelled(Guid run, List<PatchJournal> journals)
    {
        var outcomes = journals.GroupBy(static j => j.Result.Outcome).OrderBy(static g => g.Key).Select(static g => $"{g.Count()} {g.Key}");
        return new VirtException(ErrorCode.Cancelled, "PatchCancelled", $"Cannot finish patch run '{run}': it was cancelled ({string.Join(", ", outcomes)}).", run.ToString(), $"Get-PatchHistory -Id {run}");
    }
}
