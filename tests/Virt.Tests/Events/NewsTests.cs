using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Containers;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Events;

/// <summary>Which change of a workload is which news, and which is none.</summary>
public sealed class NewsTests
{
    private static readonly ContainerSpec Spec = new() { Image = "i", Rootfs = "/r", Command = ["a"], HostName = "c" };

    public static TheoryData<ContainerState, ContainerState, VirtEventAction?> ContainerSteps => new()
    {
        { ContainerState.Creating, ContainerState.Created, VirtEventAction.Created },
        { ContainerState.Creating, ContainerState.Creating, null },
        { ContainerState.Created, ContainerState.Starting, null },
        { ContainerState.Starting, ContainerState.Running, VirtEventAction.Started },
        { ContainerState.Starting, ContainerState.Failed, VirtEventAction.Failed },
        { ContainerState.Running, ContainerState.Paused, VirtEventAction.Suspended },
        { ContainerState.Paused, ContainerState.Running, VirtEventAction.Resumed },
        { ContainerState.Running, ContainerState.Stopping, VirtEventAction.Stopping },
        { ContainerState.Stopping, ContainerState.Running, VirtEventAction.Resumed },
        { ContainerState.Stopping, ContainerState.Stopped, VirtEventAction.Exited },
        { ContainerState.Running, ContainerState.Stopped, VirtEventAction.Exited },
        { ContainerState.Stopped, ContainerState.Removing, null },
        { ContainerState.Running, ContainerState.Running, null },
    };

    [Theory]
    [MemberData(nameof(ContainerSteps))]
    public void A_step_of_a_container_is_one_event_or_none(ContainerState was, ContainerState now, VirtEventAction? action) =>
        Assert.Equal(action is { } one ? [one] : [], Of((was, new ContainerRun(), Spec), (now, new ContainerRun(), Spec)));

    [Fact]
    public void A_start_again_is_a_restart_whoever_wanted_it()
    {
        Assert.Equal([VirtEventAction.Restarted], Of((ContainerState.Starting, new ContainerRun { RestartCount = 2 }, Spec), (ContainerState.Running, new ContainerRun { RestartCount = 2 }, Spec)));
        Assert.Equal([VirtEventAction.Restarted], Of((ContainerState.Starting, new ContainerRun { StartAgain = true }, Spec), (ContainerState.Running, new ContainerRun(), Spec)));
    }

    [Fact]
    public void Other_settings_and_another_generation_are_news_and_what_the_agent_notes_for_itself_is_not()
    {
        Assert.Equal([VirtEventAction.Changed], Of(Spec with { MemoryBytes = 1 << 20 }));
        Assert.Equal([VirtEventAction.Changed], Of(Spec with { Generation = 2, LastGeneration = 2, Layers = ["sha256:1"] }));
        Assert.Empty(Of(Spec with { Built = "sha256:1" }));
        Assert.Empty(Of(Spec with { HostIds = 65536 }));
    }

    [Theory]
    [InlineData(VMState.Creating, VMState.Stopped, VirtEventAction.Created)]
    [InlineData(VMState.Starting, VMState.Running, VirtEventAction.Started)]
    [InlineData(VMState.Running, VMState.Paused, VirtEventAction.Suspended)]
    [InlineData(VMState.Paused, VMState.Running, VirtEventAction.Resumed)]
    [InlineData(VMState.Running, VMState.Stopping, VirtEventAction.Stopping)]
    [InlineData(VMState.Stopping, VMState.Stopped, VirtEventAction.Exited)]
    [InlineData(VMState.Running, VMState.Failed, VirtEventAction.Failed)]
    [InlineData(VMState.Running, VMState.Released, VirtEventAction.Moved)]
    [InlineData(VMState.Receiving, VMState.Stopped, null)]
    [InlineData(VMState.Stopped, VMState.Starting, null)]
    public void A_step_of_a_machine_is_one_event_or_none(VMState was, VMState now, VirtEventAction? action) => Assert.Equal(action, VmEvents.Of(was, now));

    private static IEnumerable<VirtEventAction> Of(ContainerSpec to) => Of((ContainerState.Running, null, Spec), (ContainerState.Running, null, to));

    private static IEnumerable<VirtEventAction> Of((ContainerState, ContainerRun?, ContainerSpec) was, (ContainerState, ContainerRun?, ContainerSpec) now) =>
        ContainerEvents.Of(was, now).Select(static news => news.Action);
}
