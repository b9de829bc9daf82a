using System;
using System.IO;
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

    /// <summary>Makes the caller's connection, once the call is answered, one to somebody else. Where there is no connection nothing comes of it.</summary>
    /// <param name="stream">The bytes to and from him; the connection's from now on.</param>
    void HandOver(Stream stream) => stream.Dispose();

    /// <summary>Gives the next bytes of standard input; none at its end.</summary>
    ValueTask<ReadOnlyMemory<byte>> ReadInputAsync(CancellationToken cancellation);
}
