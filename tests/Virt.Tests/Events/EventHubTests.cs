using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Events;
using Virt.Tests.Common;
using Virt.Tests.Rpc;
using Xunit;

namespace Virt.Tests.Events;

public sealed class EventHubTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly ManualTime time = new(Noon);

    [Fact]
    public void Events_are_read_in_their_order_and_once()
    {
        var hub = new EventHub(time, 8);
        Publish(hub, "a", "b");
        var first = hub.Read(0);
        Assert.Equal(["a", "b"], first.Events.Select(static e => e.Name));
        Assert.Equal((2, 0), (first.Next, first.Lost));
        Publish(hub, "c");
        Assert.Equal("c", Assert.Single(hub.Read(first.Next).Events).Name);
        Assert.Empty(hub.Read(3).Events);
        Assert.Equal(3, hub.Next);
    }

    [Fact]
    public void Who_was_overtaken_is_told_how_many_events_he_has_missed()
    {
        var hub = new EventHub(time, 4);
        Publish(hub, [.. Enumerable.Range(0, 10).Select(static n => $"{n}")]);
        var batch = hub.Read(1);
        Assert.Equal(5, batch.Lost);
        Assert.Equal(["6", "7", "8", "9"], batch.Events.Select(static e => e.Name));
        Assert.Equal(10, batch.Next);
    }

    [Fact]
    public void A_great_many_are_read_some_at_a_time()
    {
        var hub = new EventHub(time, 1000);
        Publish(hub, [.. Enumerable.Range(0, 700).Select(static n => $"{n}")]);
        var (number, count) = (0L, 0);
        while (hub.Read(number) is { Events.Count: > 0 } batch)
        {
            Assert.InRange(batch.Events.Count, 1, 300);
            Assert.Equal($"{number}", batch.Events[0].Name);
            (number, count) = (batch.Next, count + batch.Events.Count);
        }

        Assert.Equal(700, count);
    }

    [Fact]
    public async Task Who_waits_is_woken_by_the_event_that_he_waits_for()
    {
        var hub = new EventHub(time, 4);
        var (first, second) = (hub.ArrivedAsync(0), hub.ArrivedAsync(0));
        Assert.False(first.IsCompleted);
        Publish(hub, "a");
        await Deadline.Await(Task.WhenAll(first, second), "the event");
        Assert.True(hub.ArrivedAsync(0).IsCompleted);
        Assert.False(hub.ArrivedAsync(1).IsCompleted);
    }

    [Fact]
    public void What_has_happened_since_a_time_is_found_as_far_as_it_is_kept()
    {
        var hub = new EventHub(time, 3);
        Assert.Equal((0, Noon), hub.FirstSince(Noon.AddHours(-1)));
        for (var minute = 1; minute <= 3; minute++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            Publish(hub, $"{minute}");
        }

        Assert.Equal((1, Noon), hub.FirstSince(Noon.AddMinutes(2)));
        Assert.Equal((3, Noon), hub.FirstSince(Noon.AddMinutes(4)));
        time.Advance(TimeSpan.FromMinutes(1));
        Publish(hub, "4");
        Assert.Equal((1, Noon.AddMinutes(2)), hub.FirstSince(Noon));
    }

    private static void Publish(EventHub hub, params string[] names) =>
        Array.ForEach(names, name => hub.Publish(VirtEventKind.Container, VirtEventAction.Created, name, Guid.Empty));
}
