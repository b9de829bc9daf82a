using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Agent.Operations;

/// <summary>Passes an operation's progress on to a call that watches it, and nothing else.</summary>
internal sealed class ProgressOnly(Call call) : ICallSink
{
    public void WorksOn(string target)
    {
    }

    public void Report(ProgressInfo progress) => call.Report(progress);

    public ValueTask WriteOutputAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellation) => default;

    public ValueTask SendItemAsync<T>(Format<T> format, T item, CancellationToken cancellation) => default;

    public ValueTask<ReadOnlyMemory<byte>> ReadInputAsync(CancellationToken cancellation) => default;
}
