using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Events;

/// <summary>Watch-VirtEvent.</summary>
/// <param name="hub">What has happened.</param>
/// <param name="hostName">This host's name, for events that are about it.</param>
/// <param name="time">The clock.</param>
public sealed class EventService(EventHub hub, string hostName, TimeProvider time)
{
    /// <summary>Sends what happens, until the caller leaves.</summary>
    public async Task<Nothing> WatchAsync(WatchVirtEvent request, Call call)
    {
        var number = hub.Next;
        if (request.Since is { } since)
        {
            (number, var keptSince) = hub.FirstSince(since);
            if (since < keptSince)
            {
                await SendLostAsync(call, FormattableString.Invariant($"What happened before {keptSince.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC is not kept any more.")).ConfigureAwait(false);
            }
        }

        while (true)
        {
            // Not under any lock: while a slow client is waited for here, the ring goes on.
            var batch = hub.Read(number);
            if (batch.Lost > 0)
            {
                await SendLostAsync(call, $"{batch.Lost} events came faster than they were read; the agent keeps the last {hub.Capacity}.").ConfigureAwait(false);
            }

            foreach (var item in batch.Events.Where(item => IsWanted(request, item)))
            {
                await call.SendItemAsync(VirtEvent.WireFormat, item).ConfigureAwait(false);
            }

            number = batch.Next;
            await hub.ArrivedAsync(number).WaitAsync(call.Cancellation).ConfigureAwait(false);
        }
    }

    private static bool IsWanted(WatchVirtEvent request, VirtEvent item) =>
        (request.Kinds.Length == 0 || request.Kinds.Contains(item.Kind))
        && (request.Actions.Length == 0 || request.Actions.Contains(item.Action))
        && (request.Names.Length == 0 || request.Names.Any(name => NamePattern.Matches(name, item.Name)));

    // Whatever is asked for: what is missing may have been among it.
    private ValueTask SendLostAsync(Call call, string message) =>
        call.SendItemAsync(VirtEvent.WireFormat, new VirtEvent { Time = time.GetUtcNow(), Kind = VirtEventKind.Host, Action = VirtEventAction.Lost, Name = hostName, Message = message });
}
