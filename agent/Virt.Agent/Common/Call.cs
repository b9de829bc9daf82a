using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Agent.Common;

/// <summary>What is particular to one call: who calls, its cancellation, its progress and its streams. Handlers get it beside the request.</summary>
public sealed class Call
{
    private readonly ICallSink sink;

    /// <summary>Makes a call.</summary>
    public Call(ICallSink sink, string user, bool whatIf, CancellationToken cancellation)
    {
        this.sink = sink;
        User = user;
        WhatIf = whatIf;
        Cancellation = cancellation;
    }

    /// <summary>Who calls: a user's name, or a uid as digits.</summary>
    public string User { get; }

    /// <summary>True where every check is to be made and nothing changed.</summary>
    public bool WhatIf { get; }

    /// <summary>Cancelled by the caller, by Stop-VirtOperation, or, for a query, when the caller has left.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>The operation that the call is; all zeros for a query.</summary>
    public Guid OperationId { get; init; }

    /// <summary>What <see cref="Keep"/> does; set by who runs the operation.</summary>
    internal Action KeepOperation { get; init; } = static () => { };

    /// <summary>
    /// Writes the operation to the disk now, however short it turns out to be. Work that goes on after the agent's restart does so before its first step,
    /// and its service calls <c>OperationService.Resume</c> when it recovers.
    /// </summary>
    public void Keep() => KeepOperation();

    /// <summary>Names what the call works on, for Get-VirtOperation and for progress. Call it once the object is known.</summary>
    public void WorksOn(string target) => sink.WorksOn(target);

    /// <summary>Reports how far the call has come. Costs next to nothing and never waits: where the client is slow, the newest report wins.</summary>
    /// <param name="activity">What is being done, such as <c>Starting VM 'web01'</c>.</param>
    /// <param name="status">The present step.</param>
    /// <param name="percent">0 to 100; null where that is not known.</param>
    /// <param name="timeLeft">Time left, where known.</param>
    /// <param name="bytesPerSecond">The present rate, where there is one.</param>
    public void Report(string activity, string status, int? percent = null, TimeSpan? timeLeft = null, long? bytesPerSecond = null) =>
        Report(new ProgressInfo { Activity = activity, Status = status, PercentComplete = percent, TimeLeft = timeLeft, BytesPerSecond = bytesPerSecond });

    /// <inheritdoc cref="Report(string, string, int?, TimeSpan?, long?)"/>
    public void Report(ProgressInfo progress) => sink.Report(progress);

    /// <summary>Sends what a command has written. Waits while the client is slow, which slows the command and nobody else.</summary>
    public ValueTask WriteOutputAsync(ReadOnlyMemory<byte> bytes, bool isError) => sink.WriteOutputAsync(bytes, isError, Cancellation);

    /// <summary>Sends one item of a stream. Waits while the client is slow.</summary>
    public ValueTask SendItemAsync<T>(Format<T> format, T item) => sink.SendItemAsync(format, item, Cancellation);

    /// <summary>Makes the caller's connection, once the call is answered, one to somebody else. The last thing that a handler does.</summary>
    /// <param name="stream">The bytes to and from him; the connection's from now on.</param>
    public void HandOver(Stream stream) => sink.HandOver(stream);

    /// <summary>Gives the next bytes of standard input; none at its end.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ReadInputAsync(CancellationToken cancellation) => sink.ReadInputAsync(cancellation);
}
