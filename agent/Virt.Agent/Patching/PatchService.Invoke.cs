using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>Invoke-Patch.</summary>
public sealed partial class PatchService
{
    /// <summary>
    /// Patches workloads by a plan exactly, or by one that is made now. What became of each stands in the run's results; a failed workload is no failure of the call.
    /// The run is an operation that goes on after a restart of the agent; Get-PatchHistory has it afterwards, also where it was cancelled.
    /// </summary>
    /// <exception cref="VirtException">InvalidArgument: the options, no workload, or an altered plan. PlanOutOfDate: a workload is not as planned; nothing was changed. Cancelled.</exception>
    public async Task<PatchRun> InvokeAsync(InvokePatch request, Call call)
    {
        Check(request);
        var found = await FindAsync(request, call).ConfigureAwait(false);
        call.WorksOn(string.Join(", ", found.Targets.Select(static t => t.Name)));
        BatchSize.Of(request.Options.BatchSize, found.Targets.Count);
        var refreshed = time.GetUtcNow();
        var plan = request.Plan ?? await MakePlanAsync(found.Targets, request.Filter, call).ConfigureAwait(false);
        var planned = plan.Targets.Where(target => found.Targets.Any(t => t.Id == target.Id)).ToList();
        if (request.Plan is not null)
        {
            await VerifyAsync(found.Targets, planned, call).ConfigureAwait(false);
        }

        var journals = planned.ConvertAll(target => JournalOf(target, refreshed));
        var spec = new PatchRunSpec { Plan = plan, Options = request.Options, BeginUntil = request.BeginUntil, Errors = [.. found.Errors] };
        return await BeginAsync(spec, journals, request.Schedule, call).ConfigureAwait(false);
    }

    private static void Check(InvokePatch request)
    {
        var asked = request.Targets;
        if (request.Plan is { } plan)
        {
            PlanHash.Check(plan);
            if (!PackageSelection.IsAll(request.Filter))
            {
                throw Invalid("FilterWithPlan", "Cannot apply a plan and choose packages at once: the plan has chosen them.", "New-PatchPlan");
            }
        }
        else if (asked is { VMNames.Length: 0, VMIds.Length: 0, ContainerNames.Length: 0, ContainerIds.Length: 0 })
        {
            throw Invalid("NoWorkload", "Cannot patch: no workload is named, and no plan is given.", "Invoke-Patch -VM * -Container *");
        }

        var options = request.Options;
        var cause = options switch
        {
            { MaxFailed: < 0 } => $"-MaxFailed {options.MaxFailed} is less than 0",
            { ApplyTimeout.Ticks: <= 0 } => "the time that the package manager may take is not more than 0",
            { Health.TcpPort: < 0 or > 65535 } => $"{options.Health.TcpPort} is no TCP port; 1 to 65535 are",
            { Health.Timeout.Ticks: <= 0 } => "the time of the health check is not more than 0",
            { Health.Interval.Ticks: <= 0 } => "the interval of the health check is not more than 0",
            { Health.HttpUrl.Length: > 0 } when !(Uri.TryCreate(options.Health.HttpUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") => $"'{options.Health.HttpUrl}' is no HTTP address",
            _ => null,
        };
        if (cause is not null)
        {
            throw Invalid("InvalidPatchOption", $"Cannot patch: {cause}.", "Get-Help Invoke-Patch");
        }
    }

    private static VirtException Invalid(string id, string message, string action) => new(ErrorCode.InvalidArgument, id, message, null, action);

    // With a plan: its own workloads, or those of them that are named.
    private async Task<FoundWorkloads> FindAsync(InvokePatch request, Call call)
    {
        if (request.Plan is not { } plan)
        {
            return await workloads.FindAsync(request.Targets, call.Cancellation).ConfigureAwait(false);
        }

        var chosen = plan.Targets.Where(target => IsNamed(request.Targets, target)).ToList();
        var targets = new List<IPatchTarget>();
        foreach (var target in chosen)
        {
            targets.Add(await workloads.FindAsync(target.Kind, target.Id, call.Cancellation).ConfigureAwait(false)
                ?? throw PatchErrors.OutOfDate(target.Kind, target.Name, ["it does not exist any more"]));
        }

        return new FoundWorkloads(targets, []);
    }

    private static bool IsNamed(PatchTargets asked, PatchPlanTarget target)
    {
        var isAll = asked is { VMNames.Length: 0, VMIds.Length: 0, ContainerNames.Length: 0, ContainerIds.Length: 0 };
        var (names, ids) = target.Kind == WorkloadKind.VM ? (asked.VMNames, asked.VMIds) : (asked.ContainerNames, asked.ContainerIds);
        return isAll || ids.Contains(target.Id) || names.Any(name => NamePattern.Matches(name, target.Name));
    }

    // All before the first is changed: a plan is applied exactly, or not at all.
    private async Task VerifyAsync(IReadOnlyList<IPatchTarget> targets, List<PatchPlanTarget> planned, Call call)
    {
        call.Report("Comparing the plan", $"{targets.Count} workloads", 0);
        var differences = await EachAsync(
            targets,
            async target =>
            {
                var plan = planned.First(t => t.Id == target.Id);
                if (plan.Packages.Length == 0 || plan.Problems.Any(static p => p.IsBlocking))
                {
                    return null;
                }

                try
                {
                    var look = await target.LookAsync(call.Cancellation).ConfigureAwait(false);
                    if (look.Problems.Any(static p => p.IsBlocking))
                    {
                        return null; // its own preflight says so, and keeps only it from being begun
                    }

                    var found = await PlanDifferences.OfAsync(target, ManagerOf(plan)!, plan, look, new PatchJournal(), time, TimeSpan.Zero, call.Cancellation).ConfigureAwait(false);
                    return found.Count == 0 ? null : PatchErrors.OutOfDate(target.Kind, target.Name, found);
                }
                catch (PackageException e)
                {
                    return e.Code == ErrorCode.PlanOutOfDate ? PatchErrors.Package(target.Kind, target.Name, e) : null;
                }
            },
            call.Cancellation).ConfigureAwait(false);
        var errors = differences.OfType<VirtException>().ToList();
        if (errors.Count == 1)
        {
            throw errors[0];
        }

        if (errors.Count > 1)
        {
            throw new VirtException(ErrorCode.PlanOutOfDate, "PlanOutOfDate", string.Join(" ", errors.Select(static e => e.Message)), errors[0].Target, "New-PatchPlan");
        }
    }

    private static PatchJournal JournalOf(PatchPlanTarget target, DateTimeOffset refreshed) => new()
    {
        Target = target,
        RefreshTime = refreshed,
        Result = new PatchResult { Kind = target.Kind, Id = target.Id, Name = target.Name, Packages = [.. target.Packages.Select(static p => p with { })] },
    };

    private async Task<PatchRun> BeginAsync(PatchRunSpec spec, List<PatchJournal> journals, string schedule, Call call)
    {
        var id = call.OperationId == Guid.Empty ? Guid.NewGuid() : call.OperationId;
        var row = new PatchRunRow { Id = id, State = OperationState.Running, Started = time.GetUtcNow(), StartedBy = call.User, Schedule = schedule, Message = "", Spec = PatchStore.Text(spec) };
        foreach (var journal in journals)
        {
            journal.Result.RunId = id;
        }

        if (call.WhatIf || journals.Count == 0)
        {
            return PatchStore.Show(row with { State = OperationState.Completed, Ended = row.Started }, journals);
        }

        call.Keep();
        store.Add(row, journals);
        await FaultPoint.ReachAsync(PatchFaults.Stored).ConfigureAwait(false);
        return await RunAsync(row, spec, journals, call).ConfigureAwait(false);
    }
}
