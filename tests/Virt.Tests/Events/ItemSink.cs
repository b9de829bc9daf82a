using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Tests.Events;

/// <summary>A client of a stream: it takes items as fast as the test lets it, and tells of each.</summary>
internal sealed class ItemSink : ICallSink
{
    private readonly Lock gate = new();
    private readonly List<VirtEvent> items = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ended: it takes whatever comes.</summary>
    public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<VirtEvent> Items
    {
        get
        {
            lock (gate)
            {
                return [.. items];
            }
        }
    }

    public static ItemSink Fast()
    {
        var sink = new ItemSink();
        sink.Open.SetResult();
        return sink;
    }

    /// <summary>Waits for an item.</summary>
    public async Task UntilAsync(Func<VirtEvent, bool> wanted)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (items.Any(wanted))
                {
                    return;
                }

                next = changed.Task;
            }

            await next;
        }
    }

    public void WorksOn(string target)
    {
    }

    public void Report(ProgressInfo progress)
    {
    }

    public ValueTask WriteOutputAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellation) => default;

    public async ValueTask SendItemAsync<T>(Format<T> format, T item, CancellationToken cancellation)
    {
        await Open.Task.WaitAsync(cancellation);
        lock (gate)
        {
            items.Add((VirtEvent)(object)item!);
            changed.SetResult();
            changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadInputAsync(CancellationToken cancellation) => default;
}
