using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>
/// Takes one workload through the steps of its patch. The journal is written when a step begins and when it has ended, so that a restarted agent knows what was half
/// done; <see cref="PatchSequence"/> says what follows what.
/// </summary>
internal sealed partial class TargetPatch
{
    private readonly IPatchTarget target;
    private readonly IPackageManager? manager;
    private readonly PatchOptions options;
    private readonly PatchJournal journal;
    private readonly TargetWork work;
    private readonly TimeProvider time;
    private readonly Action<PatchStepKind> report;
    private readonly CancellationToken stopping;

    /// <summary>Makes the patch of one workload.</summary>
    /// <param name="target">The workload.</param>
    /// <param name="manager">Its package manager; null where none is needed, as packages are not touched.</param>
    /// <param name="options">How.</param>
    /// <param name="work">The run, the journal, and how it is written.</param>
    /// <param name="time">The clock.</param>
    /// <param name="report">Told of each step.</param>
    /// <param name="stopping">Cancelled when the agent ends: what fails from then on is left for the next agent to go on with.</param>
    public TargetPatch(IPatchTarget target, IPackageManager? manager, PatchOptions options, TargetWork work, TimeProvider time, Action<PatchStepKind> report, CancellationToken stopping)
    {
        this.target = target;
        this.manager = manager;
        this.options = options;
        this.work = work;
        journal = work.Journal;
        this.time = time;
        this.report = report;
        this.stopping = stopping;
    }

    /// <summary>Goes through all steps that are left. Never throws: what went wrong stands in the result.</summary>
    /// <param name="cancellation">The user's: a step that is under way is broken off where that is safe, and the workload is put back.</param>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (journal is { HasBegun: true, Step: { } half } && PatchSequence.AfterRestart(target.Kind, half) != half)
        {
            End(PatchStepState.Failed, "the agent was restarted");
            Fail(half, PatchErrors.Restarted(target.Kind, target.Name, half).ToInfo(), isForced: true);
            work.Save();
        }

        while (journal.Step is { } step)
        {
            if (cancellation.IsCancellationRequested && !journal.IsFailing && !journal.IsUndo && !journal.HasBegun && PatchSequence.StopsBefore(step))
            {
                Fail(step, PatchErrors.Cancelled(target.Kind, target.Name).ToInfo(), isForced: true);
                work.Save();
                continue;
            }

            await StepAsync(step, journal.IsFailing || journal.IsUndo || !PatchSequence.StopsBefore(step) ? CancellationToken.None : cancellation).ConfigureAwait(false);
        }

        journal.IsEnded = true;
        work.Result.Duration = time.GetUtcNow() - work.Result.StartTime;
        work.Save();
    }

    private async Task StepAsync(PatchStepKind step, CancellationToken cancellation)
    {
        Begin(step);
        try
        {
            await FaultPoint.ReachAsync(PatchFaults.Begun(step), CancellationToken.None).ConfigureAwait(false);
            var (state, message) = await ActAsync(step, cancellation).ConfigureAwait(false);
            await FaultPoint.ReachAsync(PatchFaults.Acted(step), CancellationToken.None).ConfigureAwait(false);
            await StayAsync().ConfigureAwait(false);
            End(state, message);
            Succeed(step);
        }
        catch (Exception e)
        {
            await StayAsync().ConfigureAwait(false);
            var isCancelled = cancellation.IsCancellationRequested;
            var error = isCancelled ? PatchErrors.Cancelled(target.Kind, target.Name).ToInfo() : ErrorOf(e);
            End(PatchStepState.Failed, error.Message);
            Fail(step, error, isCancelled);
        }

        work.Save();
    }

    // What fails because the agent ends, its connections closed under our feet, is no failure of the patch: nothing more is written, and the next agent goes on.
    private Task StayAsync() => stopping.IsCancellationRequested ? Task.Delay(Timeout.Infinite, CancellationToken.None) : Task.CompletedTask;

    private void Begin(PatchStepKind step)
    {
        report(step);
        var result = work.Result;
        if (!journal.HasBegun)
        {
            var now = time.GetUtcNow();
            if (result.Steps.Length == 0)
            {
                result.StartTime = now;
            }

            journal.HasBegun = true;
            result.Steps = [.. result.Steps, new PatchStep { Name = step.ToString(), State = PatchStepState.Running, StartTime = now }];
            work.Save();
        }
    }

    private void End(PatchStepState state, string message)
    {
        var last = work.Result.Steps[^1];
        last.State = state;
        last.Message = message;
        last.Duration = time.GetUtcNow() - last.StartTime;
        work.Result.Duration = time.GetUtcNow() - work.Result.StartTime;
        journal.HasBegun = false;
    }

    private void Succeed(PatchStepKind step)
    {
        switch (step)
        {
            case PatchStepKind.Preflight when journal.Target.Packages.Length == 0:
                journal.Step = null;
                work.Result.Outcome = PatchOutcome.NothingToDo;
                return;
            case PatchStepKind.Keep:
                work.Result.Outcome = journal.IsFailing ? PatchOutcome.Failed : PatchOutcome.Patched;
                break;
            case PatchStepKind.PutBack:
                work.Result.Outcome = journal.IsUndo ? PatchOutcome.Undone : PatchOutcome.PutBack;
                break;
        }

        journal.Step = PatchSequence.AfterSuccess(target.Kind, step);
    }

    private void Fail(PatchStepKind step, ErrorInfo error, bool isForced)
    {
        var result = work.Result;
        journal.HasBegun = false;
        journal.Step = PatchSequence.AfterFailure(target.Kind, step, options.OnFailure, isForced);
        switch (step)
        {
            case PatchStepKind.Preflight:
                result.Outcome = PatchOutcome.Skipped;
                break;
            case PatchStepKind.Keep when !journal.IsFailing:
                // It is patched and healthy; only what it could have been put back to is in the way, and its owner can remove that.
                result.Outcome = PatchOutcome.Patched;
                result.Message = error.Message;
                return;
            case PatchStepKind.PutBack or PatchStepKind.Keep:
                result.Outcome = PatchOutcome.Failed;
                result.Message = $"{result.Message} {error.Message}".Trim();
                result.Error ??= error;
                return;
        }

        journal.IsFailing = true;
        result.Error = error;
        result.Message = error.Message;
    }

    private ErrorInfo ErrorOf(Exception e) => e is PackageException failed
        ? PatchErrors.Package(target.Kind, target.Name, failed).ToInfo()
        : ErrorReply.From(e, "patch.invoke");

    private void MarkPackages(PatchPackage[] packages, Func<PatchPackage, bool> which, PackageState state)
    {
        foreach (var package in packages.Where(which))
        {
            package.State = state;
        }
    }
}
