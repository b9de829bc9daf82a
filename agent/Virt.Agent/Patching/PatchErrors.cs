using System;
using System.Collections.Generic;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>What can go wrong with the patch of a workload, in the workload's words. Each begins <c>Cannot patch KIND 'NAME': </c>.</summary>
internal static class PatchErrors
{
    /// <summary>The lists of packages could not be fetched.</summary>
    public const string ListsUnavailable = "PackageListsUnavailable";

    /// <summary>Such as <c>VM 'web01'</c>.</summary>
    public static string Words(WorkloadKind kind, string name) => kind == WorkloadKind.VM ? $"VM '{name}'" : $"container '{name}'";

    /// <summary>Such as <c>-VM web01</c>, as the patch cmdlets take it.</summary>
    public static string Argument(WorkloadKind kind, string name) => kind == WorkloadKind.VM ? $"-VM {name}" : $"-Container {name}";

    /// <summary>The package manager's failure, with the workload's name.</summary>
    public static VirtException Package(WorkloadKind kind, string name, PackageException e) => new(
        e.Code,
        e.Id,
        $"Cannot patch {Words(kind, name)}: {e.Message}.",
        name,
        e.Code == ErrorCode.PlanOutOfDate ? $"New-PatchPlan {Argument(kind, name)}"
        : e.Failed.Count > 0 ? $"Invoke-Patch {Argument(kind, name)} -Exclude {string.Join(", ", e.Failed.Keys)}"
        : e.Id == ListsUnavailable ? kind == WorkloadKind.VM ? $"Get-VMNetworkAdapter -VMName {name}" : $"Get-Container -Name {name} | Format-List Network, Dns"
        : Look(kind, name),
        e);

    /// <summary>It is not what the plan was made for.</summary>
    public static VirtException OutOfDate(WorkloadKind kind, string name, IReadOnlyList<string> differences) => new(
        ErrorCode.PlanOutOfDate,
        "PlanOutOfDate",
        $"Cannot patch {Words(kind, name)}: it is no longer as planned ({string.Join("; ", differences)}).",
        name,
        $"New-PatchPlan {Argument(kind, name)}");

    /// <summary>The command that tells more, where none mends it.</summary>
    public static string Look(WorkloadKind kind, string name) => $"Get-PatchStatus {Argument(kind, name)}";

    /// <summary>A problem that keeps it from being begun.</summary>
    public static VirtException Blocked(WorkloadKind kind, string name, PlanProblem problem) => new(
        ErrorCode.WrongState,
        problem.Id,
        problem.Message.StartsWith($"Cannot patch {Words(kind, name)}: ", StringComparison.Ordinal) ? problem.Message : $"Cannot patch {Words(kind, name)}: {problem.Message.TrimEnd('.')}.",
        name,
        problem.FixCommand.Length > 0 ? problem.FixCommand : Look(kind, name));

    /// <summary>It does not work after its update.</summary>
    public static VirtException Unhealthy(WorkloadKind kind, string name, string why, TimeSpan after) => new(
        ErrorCode.HealthCheckFailed,
        "HealthCheckFailed",
        FormattableString.Invariant($"Cannot patch {Words(kind, name)}: {after.TotalSeconds:0.#} s after its update it is not healthy ({why})."),
        name,
        kind == WorkloadKind.VM ? $"Invoke-VMCommand -Name {name} -Command journalctl, --boot, --priority, warning" : $"Get-ContainerLog -Name {name}");

    /// <summary>Another run works on it.</summary>
    public static VirtException Busy(WorkloadKind kind, string name, Guid run) => new(
        ErrorCode.Conflict,
        "PatchUnderWay",
        $"Cannot patch {Words(kind, name)}: run {run} is at work on it.",
        name,
        $"Wait-VirtOperation -Id {run}");

    /// <summary>The run was cancelled.</summary>
    public static VirtException Cancelled(WorkloadKind kind, string name) => new(
        ErrorCode.Cancelled,
        "PatchCancelled",
        $"Cannot patch {Words(kind, name)}: the run was cancelled.",
        name,
        $"Invoke-Patch {Argument(kind, name)}");

    /// <summary>The agent was restarted at a step that is not gone on with.</summary>
    public static VirtException Restarted(WorkloadKind kind, string name, PatchStepKind step) => new(
        ErrorCode.Unavailable,
        "AgentRestarted",
        $"Cannot patch {Words(kind, name)}: the agent was restarted during {step}, and what the package manager did meanwhile is not known.",
        name,
        $"Invoke-Patch {Argument(kind, name)}");

    /// <summary>The workload is gone.</summary>
    public static VirtException Gone(WorkloadKind kind, string name) => new(
        ErrorCode.NotFound,
        kind == WorkloadKind.VM ? "VMNotFound" : "ContainerNotFound",
        $"Cannot patch {Words(kind, name)}: it does not exist any more.",
        name,
        kind == WorkloadKind.VM ? "Get-VM" : "Get-Container");
}
