using System;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Events;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Checkpoints that go by themselves.</summary>
public sealed class CheckpointExpiryTests
{
    [Fact]
    public async Task One_whose_time_has_come_goes_with_an_agent_there_or_not_and_however_that_ends()
    {
        await using var host = await TestHost.StartAsync();
        await using var watch = new EventWatch(host);
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1);
        var pid = host.Start("web01").ProcessId;
        Make("a");
        await GoneAsync();
        await watch.ForAsync("web01", VirtEventKind.VM, VirtEventAction.CheckpointRemoved);
        Assert.Contains(watch.Events, static e => e.Message == "Its checkpoint 'a' is gone: its time had come.");
        Assert.Equal((VMState.Running, pid), (host.Get("web01").State, host.Get("web01").ProcessId));

        // Its time comes while there is no agent.
        var expires = Make("b").ExpirationTime!.Value;
        await host.KillAgentAsync();
        await Poll.UntilAsync(() => DateTimeOffset.UtcNow > expires, "the checkpoint's time");
        await host.StartAgentAsync();
        await GoneAsync();

        // The agent ends while it goes.
        await host.StopAgentAsync();
        host.Faults = CheckpointFaults.Hidden + "=kill";
        await host.StartAgentAsync();
        Make("c");
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        await GoneAsync();

        // A name changes nothing about that, and one that does not expire stays.
        Make("d", 20);
        host.Checkpoint("web01", "stays");
        host.Invoke(Methods.RenameVMCheckpoint, new RenameVMCheckpoint { VMName = "web01", Name = "d", NewName = "renamed" });
        await Poll.UntilAsync(() => host.CheckpointNames("web01") == "stays", "the checkpoint with another name to go");
        Assert.Null(host.GetCheckpoints("web01")[0].ExpirationTime);
        host.Stop("web01", turnOff: true);
        Assert.Equal("1", await host.ReadAsync(host.Get("web01").DiskPath));

        VMCheckpoint Make(string name, int seconds = 2) => host.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = name, IncludeMemory = false, ExpiresAfter = TimeSpan.FromSeconds(seconds) });

        Task GoneAsync() => Poll.UntilAsync(() => host.CheckpointNames("web01").Length == 0 && host.Get("web01").DiskPath == made.DiskPath, $"the checkpoint to go; the agent's log: {host.Log}");
    }
}
