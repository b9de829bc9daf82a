using System;
using System.Linq;
using Virt.Agent.Patching;
using Virt.Protocol;

namespace Virt.Tests.Module;

/// <summary>What a <see cref="FakeAgent"/> answers about patches: each workload has one package to update, and those named bad* fail.</summary>
internal static class PatchAgent
{
    /// <summary>Lets an agent answer.</summary>
    public static FakeAgent WithPatches(this FakeAgent agent)
    {
        agent.On(Methods.GetPatchStatus, (request, _) => new PatchStatusList
        {
            Items = [.. Targets(agent, request.Targets).Select(found => new PatchStatus { Kind = found.Kind, Id = found.Id, Name = found.Name, PackageManager = "apt", Packages = [Package()] })],
            Errors = Missing(agent, request.Targets),
        });
        agent.On(Methods.NewPatchPlan, (request, _) => new PatchPlanList
        {
            Plan = Plan(agent.HostName, [.. Targets(agent, request.Targets)]) with { Filter = request.Filter },
            Errors = Missing(agent, request.Targets),
        });
        agent.On(Methods.InvokePatch, (request, _) => Run(Checked(request)?.Targets ?? [.. Targets(agent, request.Targets)]) with { Errors = Missing(agent, request.Targets) });
        agent.On(Methods.UndoPatch, (request, _) => new PatchRun
        {
            Results = [.. Targets(agent, request.Targets).Select(found => new PatchResult { Kind = found.Kind, Id = found.Id, Name = found.Name, Outcome = PatchOutcome.Undone, Lost = "10 s of its disk" })],
        });
        return agent;
    }

    public static PatchPackage Package() => new() { Name = "openssl", Architecture = "amd64", FromVersion = "1.0", ToVersion = "1.1", IsSecurity = true, Origin = "Debian-Security" };

    public static PatchPlan Plan(string host, PatchPlanTarget[] targets) => new()
    {
        Id = Guid.Parse("11111111-2222-3333-4444-555555555555"),
        HostName = host,
        CreationTime = new DateTimeOffset(2026, 11, 24, 3, 4, 5, TimeSpan.Zero).AddTicks(1234567),
        Targets = targets,
        Hash = "sha256:0123456789abcdef",
    };

    // As the real one does.
    private static PatchPlan? Checked(InvokePatch request) => request.Plan is not null && !PackageSelection.IsAll(request.Filter)
        ? throw new VirtException(ErrorCode.InvalidArgument, "FilterWithPlan", "Cannot apply a plan and choose packages at once: the plan has chosen them.")
        : request.Plan;

    private static PatchPlanTarget[] Targets(FakeAgent agent, PatchTargets asked)
    {
        var isAll = asked.VMNames.Length + asked.VMIds.Length + asked.ContainerNames.Length + asked.ContainerIds.Length == 0;
        var vms = agent.VMs.Where(vm => isAll || asked.VMIds.Contains(vm.Id) || asked.VMNames.Any(name => Matches(name, vm.Name))).Select(vm => (WorkloadKind.VM, vm.Id, vm.Name));
        var containers = agent.Containers.Where(item => isAll || asked.ContainerIds.Contains(item.Id) || asked.ContainerNames.Any(name => Matches(name, item.Name)))
            .Select(item => (WorkloadKind.Container, item.Id, item.Name));
        return [.. vms.Concat(containers).Select(found => new PatchPlanTarget { Kind = found.Item1, Id = found.Id, Name = found.Name, Packages = [Package()] })];
    }

    private static ErrorInfo[] Missing(FakeAgent agent, PatchTargets asked) =>
        [.. asked.VMNames.Where(name => !name.Contains('*', StringComparison.Ordinal) && !agent.VMs.Exists(vm => vm.Name == name)).Select(name => FakeAgent.NotFound("VM", name).ToInfo())];

    private static bool Matches(string pattern, string name) => new System.Management.Automation.WildcardPattern(pattern).IsMatch(name);

    private static PatchRun Run(PatchPlanTarget[] targets)
    {
        var id = Guid.NewGuid();
        return new PatchRun { Id = id, Results = [.. targets.Select(target => Result(id, target))] };
    }

    private static PatchResult Result(Guid run, PatchPlanTarget target)
    {
        var isBad = target.Name.StartsWith("bad", StringComparison.Ordinal);
        return new PatchResult
        {
            RunId = run,
            Kind = target.Kind,
            Id = target.Id,
            Name = target.Name,
            Outcome = isBad ? PatchOutcome.PutBack : PatchOutcome.Patched,
            Packages = [.. target.Packages.Select(package => package with { State = isBad ? PackageState.PutBack : PackageState.Updated })],
            Health = isBad ? WorkloadHealth.Unhealthy : WorkloadHealth.Healthy,
            Duration = TimeSpan.FromSeconds(12.3),
            Message = isBad ? "Port 80 took no connection for 60 s." : "",
            Error = isBad ? new ErrorInfo { Code = ErrorCode.HealthCheckFailed, Id = "PatchHealthFailed", Message = $"Cannot patch VM '{target.Name}': port 80 took no connection for 60 s; it was put back.", Target = target.Name } : null,
        };
    }
}
