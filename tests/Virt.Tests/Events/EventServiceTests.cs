using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Events;
using Virt.Protocol;
using Virt.Tests.Rpc;
using Xunit;

namespace Virt.Tests.Events;

public sealed class EventServiceTests : IDisposable
{
    private readonly CancellationTokenSource leaving = new();
    private readonly EventHub hub = new(TimeProvider.System, 16);

    public void Dispose() => leaving.Dispose();

    [Fact]
    public async Task Only_what_is_asked_for_is_sent_as_it_happens_until_the_client_leaves()
    {
        var sink = ItemSink.Fast();
        var watching = Watch(sink, new WatchVirtEvent { Kinds = [VirtEventKind.Container, VirtEventKind.Host], Names = ["web*", "end"], Actions = [VirtEventAction.Started, VirtEventAction.Exited] });
        hub.Publish(VirtEventKind.Container, VirtEventAction.Started, "web1", Guid.Empty);
        hub.Publish(VirtEventKind.VM, VirtEventAction.Started, "web2", Guid.Empty);
        hub.Publish(VirtEventKind.Container, VirtEventAction.Removed, "web3", Guid.Empty);
        hub.Publish(VirtEventKind.Container, VirtEventAction.Started, "db", Guid.Empty);
        hub.Publish(VirtEventKind.Container, VirtEventAction.Exited, "WEB4", Guid.Empty, "Signal 9 ended it.", 137);
        hub.Publish(VirtEventKind.Host, VirtEventAction.Started, "end", Guid.Empty);
        await Deadline.Await(sink.UntilAsync(static e => e.Name == "end"), "the last event");
        Assert.Equal(["web1", "WEB4", "end"], sink.Items.Select(static e => e.Name));
        Assert.Equal((137, "Signal 9 ended it."), (sink.Items[1].ExitCode, sink.Items[1].Message));
        Assert.False(watching.IsCompleted);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Deadline.Await(watching, "its end"));
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_nobody_and_is_told_what_it_has_lost()
    {
        var (slow, fast) = (new ItemSink(), ItemSink.Fast());
        var watching = Watch(slow, new WatchVirtEvent { Names = ["e*"] });
        var other = Watch(fast, new WatchVirtEvent());
        hub.Publish(VirtEventKind.VM, VirtEventAction.Started, "e0", Guid.Empty);
        await Deadline.Await(fast.UntilAsync(static e => e.Name == "e0"), "the first event");
        for (var n = 1; n <= 100; n++)
        {
            // Whoever tells it does not wait: the client takes nothing all the while.
            hub.Publish(VirtEventKind.VM, VirtEventAction.Started, $"e{n}", Guid.Empty);
        }

        await Deadline.Await(fast.UntilAsync(static e => e.Name == "e100"), "the last event");
        slow.Open.SetResult();
        await Deadline.Await(slow.UntilAsync(static e => e.Name == "e100"), "the last event");
        var lost = Assert.Single(slow.Items, static e => e.Action == VirtEventAction.Lost);
        Assert.Equal((VirtEventKind.Host, "hosta"), (lost.Kind, lost.Name));
        var number = int.Parse(lost.Message.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(101, number + slow.Items.Count - 1);
        Assert.Equal(Enumerable.Range(85, 16).Select(static n => $"e{n}"), slow.Items.TakeLast(16).Select(static e => e.Name));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
    }

    [Fact]
    public async Task What_has_happened_comes_first_where_it_is_asked_for_and_what_is_not_kept_is_said()
    {
        var before = DateTimeOffset.UtcNow;
        hub.Publish(VirtEventKind.VM, VirtEventAction.Started, "old", Guid.Empty);
        var (all, recent, none) = (ItemSink.Fast(), ItemSink.Fast(), ItemSink.Fast());
        var watching = new[]
        {
            Watch(all, new WatchVirtEvent { Since = before.AddHours(-1) }),
            Watch(recent, new WatchVirtEvent { Since = DateTimeOffset.UtcNow.AddHours(1) }),
            Watch(none, new WatchVirtEvent()),
        };
        hub.Publish(VirtEventKind.VM, VirtEventAction.Exited, "new", Guid.Empty);
        foreach (var sink in new[] { all, recent, none })
        {
            await Deadline.Await(sink.UntilAsync(static e => e.Name == "new"), "the new event");
        }

        Assert.Equal(["hosta", "old", "new"], all.Items.Select(static e => e.Name));
        Assert.Equal(VirtEventAction.Lost, all.Items[0].Action);
        Assert.EndsWith("is not kept any more.", all.Items[0].Message, StringComparison.Ordinal);
        Assert.Equal(["new"], recent.Items.Select(static e => e.Name));
        Assert.Equal(["new"], none.Items.Select(static e => e.Name));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(watching));
    }

    private Task<Nothing> Watch(ItemSink sink, WatchVirtEvent request) =>
        new EventService(hub, "hosta", TimeProvider.System).WatchAsync(request, new Call(sink, "root", whatIf: false, leaving.Token));
}
