using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>New-PatchPlan.</summary>
public sealed partial class PatchService
{
    private const string NoManager = "No package manager that is known was found in it.";

    /// <summary>Plans a run: exact versions, exact images, and what stands in the way. Changes nothing.</summary>
    public async Task<PatchPlanList> PlanAsync(NewPatchPlan request, Call call)
    {
        var found = await workloads.FindAsync(request.Targets, call.Cancellation).ConfigureAwait(false);
        return new PatchPlanList { Plan = await MakePlanAsync(found.Targets, request.Filter, call).ConfigureAwait(false), Errors = [.. found.Errors] };
    }

    private async Task<PatchPlan> MakePlanAsync(IReadOnlyList<IPatchTarget> targets, PatchFilter filter, Call call)
    {
        var done = 0;
        call.Report("Planning a patch", $"0 of {targets.Count}", 0);
        var plan = new PatchPlan
        {
            Id = Guid.NewGuid(),
            HostName = hostName,
            CreationTime = PlanHash.Round(time.GetUtcNow()),
            Filter = filter,
            Targets = await EachAsync(
                targets,
                async target =>
                {
                    var planned = await PlanOfAsync(target, filter, call.Cancellation).ConfigureAwait(false);
                    call.Report("Planning a patch", target.Name, Interlocked.Increment(ref done) * 100 / targets.Count);
                    return planned;
                },
                call.Cancellation).ConfigureAwait(false),
        };
        plan.Hash = PlanHash.Of(plan);
        return plan;
    }

    private async Task<PatchPlanTarget> PlanOfAsync(IPatchTarget target, PatchFilter filter, CancellationToken cancellation)
    {
        var planned = new PatchPlanTarget { Kind = target.Kind, Id = target.Id, Name = target.Name };
        try
        {
            var look = await target.LookAsync(cancellation).ConfigureAwait(false);
            planned = planned with { Image = look.Image, ImageDigest = look.ImageDigest, Problems = [.. look.Problems] };
            return look.Problems.Any(static p => p.IsBlocking)
                ? planned
                : await target.AskAsync((shell, token) => AskAsync(planned, filter, shell, token), cancellation).ConfigureAwait(false);
        }
        catch (PackageException e)
        {
            return WithProblem(planned, e.Id, PatchErrors.Package(target.Kind, target.Name, e).Message, PatchErrors.Look(planned.Kind, planned.Name));
        }
        catch (VirtException e)
        {
            return WithProblem(planned, e.Id, e.Message, e.RecommendedAction ?? PatchErrors.Look(planned.Kind, planned.Name));
        }
    }

    private async Task<PatchPlanTarget> AskAsync(PatchPlanTarget planned, PatchFilter filter, IShell shell, CancellationToken cancellation)
    {
        if (await DetectAsync(shell, cancellation).ConfigureAwait(false) is not { } manager)
        {
            return WithProblem(planned, "NoPackageManager", NoManager, PatchErrors.Look(planned.Kind, planned.Name));
        }

        planned.PackageManager = manager.Name;
        await manager.RefreshAsync(shell, cancellation).ConfigureAwait(false);
        var changes = await manager.ListPendingAsync(shell, cancellation).ConfigureAwait(false);
        if (!PackageSelection.IsAll(filter))
        {
            // What the chosen ones need is known only when they are asked for alone.
            var chosen = PackageSelection.Of(filter, changes.Packages);
            changes = chosen.Count == 0 ? new PackageChanges([], []) : Explain(chosen, await manager.ResolveAsync(shell, chosen, cancellation).ConfigureAwait(false));
        }

        planned.Packages = [.. changes.Packages.OrderBy(static p => p.Name, StringComparer.Ordinal).ThenBy(static p => p.Architecture, StringComparer.Ordinal)];
        foreach (var package in planned.Packages.Where(package => PackageSelection.IsExcluded(filter, package)))
        {
            planned = WithProblem(planned, "PackageExcluded", $"The others need {package}, which is excluded.", PatchErrors.Look(planned.Kind, planned.Name));
        }

        return changes.Removed.Count == 0
            ? planned
            : WithProblem(
                planned,
                "PackageRemoved",
                $"The update would remove {string.Join(", ", changes.Removed)}, which a patch never does.",
                planned.Kind == WorkloadKind.VM ? $"Invoke-VMCommand -Name {planned.Name} -Command apt-get, -y, dist-upgrade" : $"New-PatchPlan -Container {planned.Name} -Exclude {changes.Removed[0]}");
    }

    private static PackageChanges Explain(List<PatchPackage> chosen, PackageChanges resolved)
    {
        var keys = chosen.Select(PackageKey.Of).ToHashSet();
        foreach (var package in resolved.Packages.Where(package => !keys.Contains(PackageKey.Of(package))))
        {
            package.Message = "Needed by the others.";
        }

        return resolved;
    }

    private static PatchPlanTarget WithProblem(PatchPlanTarget target, string id, string message, string fix) =>
        target with { Problems = [.. target.Problems, PlanProblem.Blocking(id, target.Name, message, fix)] };
}
