using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Agent.Common;

/// <summary>A call that nobody watches: the agent's own.</summary>
public sealed class NoSink : ICallSink
{
    /// <summary>The one instance; it has no state.</summary>
    public static NoSink Instance { get; } = new();

    /// <inheritdoc/>
    public void WorksOn(string target)
    {
    }

    /// <inheritdoc/>
    public void Report(ProgressInfo progress)
    {
    }

    /// <inheritdoc/>
    public ValueTask WriteOutputAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellation) => default;

    /// <inheritdoc/>
    public ValueTask SendItemAsync<T>(Format<T> format, T item, CancellationToken cancellation) => default;

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadInputAsync(CancellationToken cancellation) => default;
}
