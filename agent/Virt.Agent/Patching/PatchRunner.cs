using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Patching;

/// <summary>
/// Goes through the workloads of a run: so many at once, no further one after too many failures, a cancellation or the window's end. A workload that has been begun is
/// always brought to its end, whatever becomes of the others.
/// </summary>
internal sealed class PatchRunner
{
    private readonly IReadOnlyList<PatchJournal> journals;
    private readonly PatchRunSpec spec;
    private readonly TimeProvider time;
    private readonly Func<int, CancellationToken, Task> patch;
    private readonly Action<int> save;

    /// <summary>Makes a runner.</summary>
    /// <param name="journals">The workloads; those that had begun go on first.</param>
    /// <param name="spec">How.</param>
    /// <param name="time">The clock.</param>
    /// <param name="patch">Patches the workload with this number to its end; never throws.</param>
    /// <param name="save">Writes the journal with this number.</param>
    public PatchRunner(IReadOnlyList<PatchJournal> journals, PatchRunSpec spec, TimeProvider time, Func<int, CancellationToken, Task> patch, Action<int> save)
    {
        this.journals = journals;
        this.spec = spec;
        this.time = time;
        this.patch = patch;
        this.save = save;
    }

    /// <summary>Goes through all of them.</summary>
    /// <returns>Why workloads were not begun; empty where all were.</returns>
    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        var why = "";
        var size = BatchSize.Of(spec.Options.BatchSize, journals.Count);
        var left = new Queue<int>(Enumerable.Range(0, journals.Count).Where(number => !journals[number].IsEnded).OrderBy(number => IsBegun(journals[number]) ? 0 : 1));
        var working = new List<Task>();
        while (left.Count > 0 || working.Count > 0)
        {
            while (left.Count > 0 && working.Count < size)
            {
                var number = left.Dequeue();
                if (!IsBegun(journals[number]) && WhyNoMore(cancellation.IsCancellationRequested) is { } reason)
                {
                    why = reason;
                    Skip(number, reason);
                }
                else
                {
                    working.Add(patch(number, cancellation));
                }
            }

            if (working.Count > 0)
            {
                working.Remove(await Task.WhenAny(working).ConfigureAwait(false));
            }
        }

        return why;
    }

    /// <summary>True where a workload has failed: not one that was cancelled, nor one that was not begun.</summary>
    public static bool HasFailed(PatchJournal journal) =>
        journal is { IsEnded: true, Result.Outcome: PatchOutcome.Failed or PatchOutcome.PutBack } && journal.Result.Error?.Code != ErrorCode.Cancelled;

    private static bool IsBegun(PatchJournal journal) => journal.Result.Steps.Length > 0;

    private string? WhyNoMore(bool isCancelled)
    {
        var options = spec.Options;
        var failures = journals.Count(HasFailed);

        // Who lets failed workloads stand and goes on, wants no limit unless he gives one.
        var isLimited = options.OnFailure != PatchFailureAction.Continue || options.MaxFailed > 0;
        return isCancelled ? "the run was cancelled"
            : options.OnFailure == PatchFailureAction.Stop && failures > 0 ? $"{Workloads(failures)} failed, and -OnFailure is Stop"
            : isLimited && failures > options.MaxFailed ? $"{Workloads(failures)} failed, and -MaxFailed is {options.MaxFailed}"
            : spec.BeginUntil is { } until && time.GetUtcNow() >= until ? FormattableString.Invariant($"the window ended at {until.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC")
            : null;
    }

    private static string Workloads(int count) => count == 1 ? "1 workload" : $"{count} workloads";

    private void Skip(int number, string reason)
    {
        var journal = journals[number];
        journal.Step = null;
        journal.IsEnded = true;
        journal.Result.Outcome = PatchOutcome.Skipped;
        journal.Result.StartTime = time.GetUtcNow();
        journal.Result.Message = $"Not begun: {reason}.";
        save(number);
    }
}
