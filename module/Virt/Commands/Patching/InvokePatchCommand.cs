using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Patches VMs and containers, and puts back what does not work afterwards.</summary>
/// <remarks>
/// For each workload: checks, a checkpoint, the packages, a restart or reboot where needed, the health check; then the patch is kept, or the workload is put
/// back as it was. A VM is updated inside; a container is replaced by one with the same name and settings over an image with one more layer. All workloads of
/// a host are one run, in batches, and one operation, which goes on when this session ends. Each workload gives a result that says what happened to each
/// package and how long each step took; one that failed is an error too, and does not stop the others. With -WhatIf shows a line for each package, and
/// changes nothing.
/// </remarks>
/// <example>
/// <code>Invoke-Patch -Container web -WhatIf</code>
/// <para>Shows what a patch of a container would do.</para>
/// </example>
/// <example>
/// <code>Get-Container none* | Invoke-Patch -HealthTcp 80 -BatchSize 25% -MaxFailed 1</code>
/// <para>Patches the containers that come through the pipeline, a quarter at a time, and stops when a second one is not healthy afterwards.</para>
/// </example>
/// <example>
/// <code>
/// $json = New-PatchPlan -Container web | ConvertTo-Json -Depth 10
/// Invoke-Patch -Plan $json -WhatIf
/// </code>
/// <para>Shows what a plan would do that was kept as text. Without -WhatIf it is applied exactly, or refused where it no longer fits.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "Patch", SupportsShouldProcess = true)]
[OutputType(typeof(PatchResult))]
public sealed class InvokePatchCommand : PatchOptionsCommand
{
    private readonly List<PatchPlan> plans = [];
    private readonly PatchRuns runs = new();

    /// <summary>Plans to apply exactly: as New-PatchPlan gives them, as ConvertFrom-Json has read them, or as JSON text. With workloads: only those of them.</summary>
    [Parameter(ValueFromPipeline = true)]
    [Plan(typeof(PatchPlan))]
    public PatchPlan[] Plan { get; set; } = [];

    /// <summary>Go on as a job, over an operation that Get-VirtOperation shows in every session. Stop-Job cancels it on the host at a safe point.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private protected override bool HasOtherTarget => plans.Count > 0;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Plan.Length > 0 && (SecurityOnly || Include.Length + Exclude.Length > 0))
        {
            Refuse("PlanAndFilter", "Cannot choose packages: the plan says exactly which.", null, "Make the plan with New-PatchPlan -SecurityOnly, -Include or -Exclude.");
        }

        plans.AddRange(Plan.Where(plan => !plans.Contains(plan)));
        base.ProcessRecord();
    }

    private protected override void Run(IReadOnlyDictionary<string, WorkloadTargets> targets)
    {
        if (plans.Count == 0)
        {
            base.Run(targets);
        }
        else
        {
            RunPlans(targets);
        }

        Array.ForEach(runs.Errors, WriteError);
    }

    private protected override void Act(HostCalls host, WorkloadTargets targets) => runs.Guard(host.ComputerName, () => Patch(host, targets, null), Cancellation);

    private void RunPlans(IReadOnlyDictionary<string, WorkloadTargets> targets)
    {
        var byHost = plans.ToLookup(HostOf, StringComparer.Ordinal);
        ForEachHost([.. byHost.Select(group => group.Key)], host =>
        {
            var named = targets.TryGetValue(host.ComputerName, out var found) ? found : new WorkloadTargets();
            Array.ForEach([.. byHost[host.ComputerName]], plan => runs.Guard(host.ComputerName, () => Patch(host, named, plan), Cancellation));
        });
    }

    // A plan goes to the host that made it, unless the user names another.
    private string HostOf(PatchPlan plan)
    {
        if (!IsHostNamed && plan.ComputerName.Length > 0)
        {
            return plan.ComputerName;
        }

        if (NamedHosts.Length > 1)
        {
            Refuse("OneHostRequired", $"Cannot apply a plan on {NamedHosts.Length} hosts: it was made for one, '{plan.HostName}'.", plan, $"{MyInvocation.MyCommand.Name} -Plan $plan -ComputerName {plan.HostName}");
        }

        return NamedHosts[0];
    }

    private void Patch(HostCalls host, WorkloadTargets targets, PatchPlan? plan)
    {
        var request = new InvokePatch { Targets = targets.ToRequest(), Filter = Filter, Plan = plan, Options = Options };
        var target = new Target(Guid.Empty, plan is null ? targets.ToString() : PatchText.Names(plan.Targets), (object?)plan ?? targets.ToString());
        if (!MayPatch(host, target, request))
        {
            return;
        }

        if (AsJob)
        {
            var operation = host.Detach(Methods.InvokePatch, request);
            StartJob(host, target, operation, calls => PatchRunOutput.From(VirtJob.Follow(calls, Methods.InvokePatch, operation), targets));
            return;
        }

        var output = PatchRunOutput.From(host.Invoke(Methods.InvokePatch, request), targets);
        Array.ForEach(output.Items, Emit);
        runs.Add(output.Errors);
    }

    private bool MayPatch(HostCalls host, Target target, InvokePatch request)
    {
        if (!IsWhatIf())
        {
            return MayChange(host, target, static () => { });
        }

        var plan = request.Plan;
        if (plan is null)
        {
            var made = host.Invoke(Methods.NewPatchPlan, new NewPatchPlan { Targets = request.Targets, Filter = request.Filter });
            Report(made.Errors);
            plan = made.Plan;

            // The plan has chosen the packages: the agent refuses a plan and a choice at once.
            request = request with { Plan = plan, Filter = new PatchFilter() };
        }

        if (plan.Targets.Length > 0)
        {
            host.Invoke(Methods.InvokePatch, request, CheckOnly);
            Show(plan, request.Targets);
        }

        return false;
    }

    // The user reads "What if: ..." for each package.
    private void Show(PatchPlan plan, PatchTargets only)
    {
        foreach (var target in plan.Targets.Where(target => IsMeant(target, only)))
        {
            var workload = $"{(target.Kind == WorkloadKind.VM ? "VM" : "container")} '{target.Name}'";
            foreach (var line in target.Packages.Select(package => $"{package}{(package.IsSecurity ? " (security)" : "")}").DefaultIfEmpty("nothing to do"))
            {
                AskUser(() => ShouldProcess($"{workload}: {line}", "", ""));
            }

            foreach (var problem in target.Problems)
            {
                Warn($"{workload}: {problem.Message}{(problem.FixCommand.Length > 0 ? " " + problem.FixCommand : "")}");
            }
        }
    }

    private static bool IsMeant(PatchPlanTarget target, PatchTargets only)
    {
        var (names, ids) = target.Kind == WorkloadKind.VM ? (only.VMNames, only.VMIds) : (only.ContainerNames, only.ContainerIds);
        var isNarrowed = only.VMNames.Length + only.VMIds.Length + only.ContainerNames.Length + only.ContainerIds.Length > 0;
        return !isNarrowed || ids.Contains(target.Id) || names.Any(name => new WildcardPattern(name, WildcardOptions.IgnoreCase).IsMatch(target.Name));
    }
}
