using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Events;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Checkpoints that are made by themselves.</summary>
public sealed class CheckpointScheduleTests
{
    // A time comes once a minute at most, so one has to do for everything.
    [Fact]
    public async Task A_time_that_came_without_an_agent_is_made_up_for_however_that_ends_and_one_that_fails_is_told_of()
    {
        await using var host = await TestHost.StartAsync();
        string[] names = ["a", "b", "off"];
        foreach (var name in names)
        {
            host.New(name);
        }

        host.Start("a");
        host.Start("b");
        var before = DateTimeOffset.UtcNow;
        var set = names.Select(name => host.Invoke(Methods.SetVM, new SetVM { Name = name, CheckpointSchedule = "* * * * *", CheckpointExpiresAfter = TimeSpan.FromMinutes(30) })).ToList();
        Assert.All(set, vm => Assert.InRange(vm.NextCheckpointTime!.Value, before, before.AddMinutes(2)));
        Assert.Equal(("* * * * *", "UTC", TimeSpan.FromMinutes(30), ""), (set[0].CheckpointSchedule, set[0].CheckpointTimeZone, set[0].CheckpointExpiresAfter!.Value, set[0].CheckpointProblem));
        Assert.Empty(names.SelectMany(host.GetCheckpoints));
        var due = set[0].NextCheckpointTime!.Value;

        // Its time comes while there is no agent, and the next one ends while it makes it.
        await host.StopAgentAsync();
        await Poll.UntilAsync(() => DateTimeOffset.UtcNow > due, "the schedule's time");
        host.Faults = CheckpointFaults.Prepared + "=kill";
        await host.StartAgentAsync();
        await host.EndedByFaultAsync();

        // Of two of the same time the second fails.
        host.Faults = CheckpointFaults.Prepared + "=fail*2";
        await host.StartAgentAsync();
        await using var watch = new EventWatch(host, before: TimeSpan.FromMinutes(1));
        await Poll.UntilAsync(() => names.Any(name => host.Get(name).CheckpointProblem.Length > 0) && names.Any(name => host.GetCheckpoints(name).Length > 0), $"a checkpoint and a problem; the agent's log: {host.Log}");
        var failed = Assert.Single(names, name => host.Get(name).CheckpointProblem.Length > 0);
        Assert.StartsWith("There is no checkpoint of ", host.Get(failed).CheckpointProblem, StringComparison.Ordinal);
        await watch.ForAsync(failed, VirtEventKind.VM, VirtEventAction.CheckpointMissed);
        var made = names.Single(name => name != failed && name != "off");
        var checkpoint = host.GetCheckpoints(made)[0];
        Assert.Equal("Made by its schedule, '* * * * *' UTC.", checkpoint.Notes);
        Assert.StartsWith(made + " - ", checkpoint.Name, StringComparison.Ordinal);
        Assert.InRange(checkpoint.ExpirationTime!.Value - checkpoint.CreationTime, TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(30));
        Assert.Empty(host.GetCheckpoints("off"));
        Assert.True(host.Get(made).NextCheckpointTime > due);

        // Without a schedule there is nothing to wait for any more.
        var none = host.Invoke(Methods.SetVM, new SetVM { Name = made, CheckpointSchedule = "" });
        Assert.Equal(("", null, null), (none.CheckpointSchedule, none.NextCheckpointTime, none.CheckpointExpiresAfter));
    }
}
