using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;

namespace Virt.IntegrationTests.Events;

/// <summary>Watches a host's events on a connection of its own, from the moment on at which it is made, or from one before.</summary>
internal sealed class EventWatch : ICallObserver, IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly List<VirtEvent> events = [];
    private readonly Task watching;

    public EventWatch(TestHost host, WatchVirtEvent? request = null, TimeSpan before = default)
    {
        // What happens before the agent has heard of the watch is asked for too.
        var since = DateTimeOffset.UtcNow - before;
        watching = Task.Run(() =>
        {
            using var client = VirtClient.Connect(host.Endpoint, "tests/1");
            client.Invoke(Methods.WatchVirtEvent, (request ?? new WatchVirtEvent()) with { Since = since }, observer: this, cancellation: stop.Token);
        });
    }

    public IReadOnlyList<VirtEvent> Events
    {
        get
        {
            lock (gate)
            {
                return [.. events];
            }
        }
    }

    /// <summary>What has happened to one thing, in its order.</summary>
    public IReadOnlyList<VirtEventAction> ActionsOf(string name, VirtEventKind kind) => [.. Events.Where(e => e.Name == name && e.Kind == kind).Select(static e => e.Action)];

    public async Task<VirtEvent> ForAsync(string name, VirtEventKind kind, VirtEventAction action) =>
        await Poll.ForAsync(() => Events.FirstOrDefault(e => e.Name == name && e.Kind == kind && e.Action == action), $"{kind} {name} {action}, among {string.Join(", ", Events)}");

    public void OnProgress(ProgressInfo progress)
    {
    }

    public void OnOutput(byte[] bytes, bool isError)
    {
    }

    public void OnItem(Message message)
    {
        lock (gate)
        {
            events.Add(MessageCodec.ReadValue(message, VirtEvent.WireFormat.Read));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        try
        {
            await watching;
        }
        catch (Exception e) when (e is OperationCanceledException or VirtException)
        {
            // As a user ends it.
        }

        stop.Dispose();
    }
}
