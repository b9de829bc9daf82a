using System;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What makes a plan of checkpoints: pure.</summary>
internal static class CheckpointPlanRules
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36500);
    private static readonly ScheduleParameters Parameters = new("CheckpointSchedule", "CheckpointTimeZone");

    /// <summary>The plan that a machine is to have.</summary>
    /// <param name="name">The machine's name, for errors.</param>
    /// <param name="present">What it has; null: none.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="type">What its checkpoints are going to be.</param>
    /// <param name="now">The time.</param>
    /// <returns>The same object where nothing changes; null: none.</returns>
    /// <exception cref="VirtException">InvalidArgument; NotSupported: this host has no time zones.</exception>
    public static VmCheckpointPlan? Apply(string name, VmCheckpointPlan? present, SetVM request, VMCheckpointType type, DateTimeOffset now)
    {
        var isNone = request is { CheckpointSchedule: null, CheckpointTimeZone: null, CheckpointExpiresAfter: null };
        var plan = isNone ? present : request.CheckpointSchedule is { Length: 0 } ? Without(name, request) : Changed(name, present, request, now);
        if (plan is not null && type == VMCheckpointType.Disabled)
        {
            throw Bad(name, "checkpoints would be made by a schedule, and its checkpoint type is Disabled", $"Set-VM -Name {name} -CheckpointSchedule ''");
        }

        return plan;
    }

    /// <summary>A plan's times.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotSupported: this host has no time zones.</exception>
    public static ScheduleTime TimesOf(string name, VmCheckpointPlan plan) => ScheduleTime.Parse($"Cannot change VM '{name}'", name, Parameters, plan.Cron, plan.TimeZone);

    /// <summary>The same; null: there is no plan, or one that cannot be read.</summary>
    public static ScheduleTime? KnownTimesOf(string name, VmCheckpointPlan? plan)
    {
        try
        {
            return plan is { Cron: not null, TimeZone: not null } ? TimesOf(name, plan) : null;
        }
        catch (VirtException)
        {
            return null;
        }
    }

    /// <summary>A plan that somebody else has written; null: it is none that this host can keep.</summary>
    public static VmCheckpointPlan? Known(VmCheckpointPlan? plan) => KnownTimesOf("", plan) is not null && plan!.ExpiresAfter >= Shortest && plan.ExpiresAfter <= Longest ? plan : null;

    private static VmCheckpointPlan? Without(string name, SetVM request) => request is { CheckpointTimeZone: null, CheckpointExpiresAfter: null }
        ? null
        : throw Bad(name, "it is to have no checkpoint schedule, and something is said of its times", $"Set-VM -Name {name} -CheckpointSchedule ''");

    private static VmCheckpointPlan Changed(string name, VmCheckpointPlan? present, SetVM request, DateTimeOffset now)
    {
        var cron = request.CheckpointSchedule ?? present?.Cron ?? throw Bad(name, "it has no checkpoint schedule", $"Set-VM -Name {name} -CheckpointSchedule '0 3 * * *' -CheckpointExpiresAfter 7d");

        // One that nothing ever takes away comes to the limit of how many can stand on each other, and then none is made any more.
        var expires = request.CheckpointExpiresAfter ?? present?.ExpiresAfter ?? throw Bad(name, "nothing says when the checkpoints of its schedule go", $"Set-VM -Name {name} -CheckpointSchedule '{cron}' -CheckpointExpiresAfter 7d");
        if (expires < Shortest || expires > Longest)
        {
            throw Bad(name, $"the checkpoints of its schedule would go after {expires}; a minute to 100 years is allowed", $"Set-VM -Name {name} -CheckpointExpiresAfter 7d");
        }

        var plan = new VmCheckpointPlan { Cron = cron, TimeZone = request.CheckpointTimeZone ?? present?.TimeZone ?? "UTC", ExpiresAfter = expires, Considered = now };
        var times = TimesOf(name, plan);
        if (times.Next(now) is null)
        {
            throw Bad(name, $"'{cron}' is a time that never comes", $"Set-VM -Name {name} -CheckpointSchedule '0 3 * * *'");
        }

        var atOnce = CountUntil(times, now, expires);
        if (atOnce >= VmService.MostCheckpoints)
        {
            throw Bad(
                name,
                $"{VmService.MostCheckpoints} checkpoints or more of its schedule would stand on each other before the first goes after {expires}; fewer than {VmService.MostCheckpoints} can",
                $"Set-VM -Name {name} -CheckpointSchedule '0 3 * * *' -CheckpointExpiresAfter 7d");
        }

        return plan.Cron == present?.Cron && plan.TimeZone == present.TimeZone ? plan with { Considered = present.Considered, Problem = present.Problem } : plan;
    }

    // No further than matters.
    private static int CountUntil(ScheduleTime times, DateTimeOffset now, TimeSpan span)
    {
        var count = 0;
        for (var at = times.Next(now); at <= now + span && count < VmService.MostCheckpoints; at = times.Next(at.Value))
        {
            count++;
        }

        return count;
    }

    private static VirtException Bad(string name, string why, string action) => NewVMCheck.Bad(name, "InvalidCheckpointSchedule", why, action, "change");
}
