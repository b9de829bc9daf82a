using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Agent.Common;

/// <summary>Where a call's progress and streams go: a connection, an operation, or nowhere.</summary>
public interface ICallSink
{
    /// <summary>Names what the call works on.</summary>
    void WorksOn(string target);

    /// <summary>Takes a progress report; never waits.</summary>
    void Report(ProgressInfo progress);

    /// <summary>Takes what a command has written.</summary>
    ValueTask WriteOutputAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellation);

    /// <summary>Takes one item of a stream.</summary>
    ValueTask SendItemAsync<T>(Format<T> format, T item, CancellationToken cancellation);

    /// <summary>Gives the next bytes of standard input; none at its end.</summary>
    ValueTask<ReadOnlyMemory<byte>> ReadInputAsync(CancellationToken cancellation);
}
