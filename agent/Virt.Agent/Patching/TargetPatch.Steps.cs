using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Patching;

/// <summary>What each step does.</summary>
internal sealed partial class TargetPatch
{
    // Lists of packages that were fetched for the plan a moment ago are not fetched again.
    private static readonly TimeSpan ListsAreFresh = TimeSpan.FromHours(1);

    private Task<(PatchStepState State, string Message)> ActAsync(PatchStepKind step, CancellationToken cancellation) => step switch
    {
        PatchStepKind.Preflight => PreflightAsync(cancellation),
        PatchStepKind.Checkpoint => DoneAsync(target.CheckpointAsync(work, cancellation)),
        PatchStepKind.Apply => ApplyAsync(cancellation),
        PatchStepKind.Replace => ReplaceAsync(cancellation),
        PatchStepKind.Reboot => RebootAsync(cancellation),
        PatchStepKind.Health => HealthAsync(),
        PatchStepKind.Keep => DoneAsync(target.KeepAsync(work, options.KeepCheckpoint || journal.IsFailing)),
        _ => PutBackAsync(),
    };

    private static async Task<(PatchStepState, string)> DoneAsync(Task<string> work) => (PatchStepState.Completed, await work.ConfigureAwait(false));

    private async Task<(PatchStepState, string)> PreflightAsync(CancellationToken cancellation)
    {
        var planned = journal.Target;
        if (planned.Problems.FirstOrDefault(static p => p.IsBlocking) is { } known)
        {
            throw PatchErrors.Blocked(target.Kind, target.Name, known);
        }

        var look = await target.LookAsync(cancellation).ConfigureAwait(false);
        if (look.Problems.FirstOrDefault(static p => p.IsBlocking) is { } problem)
        {
            throw PatchErrors.Blocked(target.Kind, target.Name, problem);
        }

        if (planned.Packages.Length == 0)
        {
            return (PatchStepState.Completed, "no update waits");
        }

        var differences = await PlanDifferences.OfAsync(target, manager!, planned, look, journal, time, ListsAreFresh, cancellation).ConfigureAwait(false);
        return differences.Count == 0
            ? (PatchStepState.Completed, $"{planned.Packages.Length} package{(planned.Packages.Length == 1 ? "" : "s")} as planned")
            : throw PatchErrors.OutOfDate(target.Kind, target.Name, differences);
    }

    private async Task<(PatchStepState, string)> ApplyAsync(CancellationToken cancellation)
    {
        var packages = work.Result.Packages;
        try
        {
            await target.ApplyAsync(work, UpdateAsync, cancellation).ConfigureAwait(false);
        }
        catch (PackageException e)
        {
            work.Result.Output = OutputTail.Of(e.Output);
            foreach (var package in packages)
            {
                if (e.Failed.TryGetValue(package.Name, out var why))
                {
                    package.State = PackageState.Failed;
                    package.Message = why;
                }
            }

            throw;
        }

        MarkPackages(packages, static _ => true, PackageState.Updated);
        return (PatchStepState.Completed, string.Join(", ", packages.Take(5)) + (packages.Length > 5 ? $" and {packages.Length - 5} more" : ""));
    }

    private async Task UpdateAsync(IShell shell, CancellationToken cancellation)
    {
        var packages = work.Result.Packages;
        if (!target.IsAskedInPlace)
        {
            await manager!.RefreshAsync(shell, cancellation).ConfigureAwait(false);
            var differences = PlanCheck.Differences(packages, await manager.ResolveAsync(shell, packages, cancellation).ConfigureAwait(false));
            if (differences.Count > 0)
            {
                throw PatchErrors.OutOfDate(target.Kind, target.Name, differences);
            }
        }

        var output = await manager!.ApplyAsync(shell, packages, options.ApplyTimeout, cancellation).ConfigureAwait(false);
        var installed = await manager.ReadInstalledAsync(shell, cancellation).ConfigureAwait(false);
        var wrong = packages
            .Where(package => installed.GetValueOrDefault(PackageKey.Of(package)) != package.ToVersion)
            .ToDictionary(static package => package.Name, package => $"it is {installed.GetValueOrDefault(PackageKey.Of(package)) ?? "not installed"} after the update to {package.ToVersion}");
        if (wrong.Count > 0)
        {
            throw new PackageException(ErrorCode.Unavailable, "PackageFailed", $"package {string.Join("; package ", wrong.Select(static w => $"'{w.Key}': {w.Value}"))}", wrong, output);
        }

        if (target.Kind == WorkloadKind.VM)
        {
            work.Result.RebootRequired = await manager.IsRebootRequiredAsync(shell, cancellation).ConfigureAwait(false);
        }
        else
        {
            // A container's processes all begin anew; what its next generation must not have is a wish that nothing ever fulfils.
            await manager.ForgetRebootAsync(shell, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<(PatchStepState, string)> ReplaceAsync(CancellationToken cancellation) =>
        await target.ReplaceAsync(work, cancellation).ConfigureAwait(false) is { } message ? (PatchStepState.Completed, message) : (PatchStepState.Skipped, "nothing was changed");

    private async Task<(PatchStepState, string)> RebootAsync(CancellationToken cancellation)
    {
        var isWanted = options.RebootPolicy == RebootPolicy.Always || (options.RebootPolicy == RebootPolicy.IfRequired && work.Result.RebootRequired);
        if (!isWanted)
        {
            return (PatchStepState.Skipped, work.Result.RebootRequired ? "the guest asks for a reboot, which -RebootPolicy Never leaves to its owner" : "not needed");
        }

        var message = await target.RebootAsync(work, cancellation).ConfigureAwait(false);
        work.Result.Rebooted = true;
        work.Result.RebootRequired = false;
        return (PatchStepState.Completed, message);
    }

    // Not broken off by a cancellation: what is patched already shows within its time whether it stays.
    private async Task<(PatchStepState, string)> HealthAsync()
    {
        var begin = time.GetTimestamp();
        var answer = await HealthGate.WaitAsync(token => target.ProbeAsync(work, options.Health, token), options.Health, time, CancellationToken.None).ConfigureAwait(false);
        switch (answer)
        {
            case null:
                work.Result.Health = WorkloadHealth.None;
                return (PatchStepState.Skipped, "it does not run, and did not before");
            case { IsHealthy: true }:
                work.Result.Health = WorkloadHealth.Healthy;
                return (PatchStepState.Completed, answer.Message);
            default:
                work.Result.Health = WorkloadHealth.Unhealthy;
                throw PatchErrors.Unhealthy(target.Kind, target.Name, answer.Message, time.GetElapsedTime(begin));
        }
    }

    private async Task<(PatchStepState, string)> PutBackAsync()
    {
        var message = await target.PutBackAsync(work).ConfigureAwait(false);
        MarkPackages(work.Result.Packages, static package => package.State == PackageState.Updated, PackageState.PutBack);
        work.Result.RebootRequired = false;
        work.Result.Kept = "";
        return (PatchStepState.Completed, message);
    }
}
