using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Events;

/// <summary>What happens on a host is told as it happens.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task A_containers_life_is_told_from_its_making_to_its_removal()
    {
        await using var host = await TestHost.StartAsync();
        await using var watch = new EventWatch(host);
        var container = host.Run(ContainerHost.Script("trap 'exit 7' TERM; while :; do sleep 0.02; done", "web"));
        host.Invoke(Methods.SuspendContainer, new SuspendContainer { Id = container.Id });
        host.Invoke(Methods.ResumeContainer, new ResumeContainer { Id = container.Id });
        host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, ProcessCount = 100 });
        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = container.Id, TurnOff = true });
        host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id });
        host.Invoke(Methods.RenameContainer, new RenameContainer { Id = container.Id, NewName = "web2" });
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id });
        var removed = await watch.ForAsync("web2", VirtEventKind.Container, VirtEventAction.Removed);
        Assert.Equal(container.Id, removed.Id);
        Assert.Equal(
            [
                VirtEventAction.Created, VirtEventAction.Started, VirtEventAction.Suspended, VirtEventAction.Resumed, VirtEventAction.Changed, VirtEventAction.Stopping,
                VirtEventAction.Restarted, VirtEventAction.Stopping, VirtEventAction.Exited,
            ],
            watch.ActionsOf("web", VirtEventKind.Container));
        var exited = watch.Events.Single(static e => e.Action == VirtEventAction.Exited);
        Assert.Contains(exited.ExitCode, new int?[] { 7, 143, 137 });
        Assert.Equal([VirtEventAction.Renamed, VirtEventAction.Removed], watch.ActionsOf("web2", VirtEventKind.Container));
        Assert.Equal(watch.Events.Select(static e => e.Time).Order(), watch.Events.Select(static e => e.Time));
    }

    [Fact]
    public async Task Exit_codes_health_and_what_the_restart_policy_does_are_told()
    {
        await using var host = await TestHost.StartAsync();
        await using var watch = new EventWatch(host, new WatchVirtEvent { Names = ["sick", "crash"] });
        var check = new HealthCheck { Command = ["test", "!", "-e", "/sick"], Interval = TimeSpan.FromMilliseconds(20), Retries = 2 };
        var sick = host.Run(ContainerHost.Script("exec sleep 1000", "sick") with { Health = check });
        await watch.ForAsync("sick", VirtEventKind.Container, VirtEventAction.Healthy);
        host.Exec(sick, "touch /sick");
        Assert.Equal("'test' ended with 1", (await watch.ForAsync("sick", VirtEventKind.Container, VirtEventAction.Unhealthy)).Message);

        host.Run(ContainerHost.Script("exit 3", "crash") with { RestartPolicy = RestartPolicy.OnFailure, RestartMaximum = 1 });
        await Poll.UntilAsync(() => watch.ActionsOf("crash", VirtEventKind.Container).Count == 5, "the second end");
        Assert.Equal(
            [VirtEventAction.Created, VirtEventAction.Started, VirtEventAction.Exited, VirtEventAction.Restarted, VirtEventAction.Exited],
            watch.ActionsOf("crash", VirtEventKind.Container));
        Assert.All(watch.Events.Where(static e => e.Action == VirtEventAction.Exited), static e => Assert.Equal(3, e.ExitCode));
    }

    [Fact]
    public async Task A_machines_life_and_that_of_its_guest_are_told()
    {
        await using var host = await TestHost.StartAsync();
        await using var watch = new EventWatch(host, new WatchVirtEvent { Kinds = [VirtEventKind.VM] });
        host.New("web01");
        host.Start("web01");
        await watch.ForAsync("web01", VirtEventKind.VM, VirtEventAction.Healthy);
        host.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "before", IncludeMemory = false });
        host.Stop("web01");
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", DeleteDisk = true });
        await watch.ForAsync("web01", VirtEventKind.VM, VirtEventAction.Removed);
        VirtEventAction[] expected = [VirtEventAction.Created, VirtEventAction.Started, VirtEventAction.Healthy, VirtEventAction.Checkpointed, VirtEventAction.Stopping, VirtEventAction.Exited, VirtEventAction.Removed];
        Assert.Equal(expected, watch.ActionsOf("web01", VirtEventKind.VM).Where(static action => action is not (VirtEventAction.Unhealthy or VirtEventAction.Suspended or VirtEventAction.Resumed)));
    }

    [Fact]
    public async Task Networks_volumes_and_failed_operations_are_told()
    {
        await using var host = await TestHost.StartAsync();
        await using var watch = new EventWatch(host);
        host.Invoke(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "lan" });
        host.Invoke(Methods.SetVirtNetwork, new SetVirtNetwork { Name = "lan", MtuBytes = 1400 });
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan" });
        host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "data" });
        host.Invoke(Methods.CheckpointVirtVolume, new CheckpointVirtVolume { Name = "data", CheckpointName = "c1" });
        host.Invoke(Methods.RestoreVirtVolume, new RestoreVirtVolume { Name = "data", CheckpointName = "c1" });
        host.Invoke(Methods.RemoveVirtVolume, new RemoveVirtVolume { Name = "data" });
        var error = host.Refused(Methods.StartVM, new StartVM { Name = "nobody" });
        host.Run(ContainerHost.Script("true", "last"));
        await watch.ForAsync("last", VirtEventKind.Container, VirtEventAction.Started);
        Assert.Equal([VirtEventAction.Created, VirtEventAction.Changed, VirtEventAction.Removed], watch.ActionsOf("lan", VirtEventKind.Network));
        Assert.Equal([VirtEventAction.Created, VirtEventAction.Checkpointed, VirtEventAction.Restored, VirtEventAction.Removed], watch.ActionsOf("data", VirtEventKind.Volume));
        Assert.Contains(watch.Events, e => e is { Kind: VirtEventKind.Operation, Action: VirtEventAction.Failed } && e.Message.StartsWith("vm.start by ", StringComparison.Ordinal) && e.Message.EndsWith(error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_a_restart_the_agents_memory_begins_anew_and_says_so()
    {
        await using var host = await TestHost.StartAsync("--name", "hosta");
        var container = host.Run(ContainerHost.Script("exec sleep 1000", "web"));
        await using var watch = new EventWatch(host, new WatchVirtEvent { Names = ["web"] });
        await host.KillAgentAsync();
        await host.RunAsync("kill", "-9", $"{container.ProcessId}");
        await host.StartAgentAsync("--name", "hosta");
        await using var later = new EventWatch(host, new WatchVirtEvent { Kinds = [VirtEventKind.Host, VirtEventKind.Container] }, TimeSpan.FromHours(1));
        var started = await later.ForAsync("hosta", VirtEventKind.Host, VirtEventAction.Started);
        Assert.StartsWith("virt-agent ", started.Message, StringComparison.Ordinal);
        Assert.Equal(VirtEventAction.Lost, later.Events[0].Action);
        var exited = await later.ForAsync("web", VirtEventKind.Container, VirtEventAction.Exited);
        Assert.Equal(137, exited.ExitCode);
    }
}
