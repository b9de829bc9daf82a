using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Agent.Patching.Targets;

/// <summary>Gathers what a command writes, up to a limit; what comes after is left out, and said.</summary>
internal sealed class GatherSink : ICallSink
{
    private const int Limit = 4 * 1024 * 1024;

    private readonly MemoryStream output = new();
    private readonly MemoryStream error = new();

    /// <summary>Standard output so far.</summary>
    public string Output => Text(output);

    /// <summary>Standard error so far.</summary>
    public string Error => Text(error);

    /// <inheritdoc/>
    public void WorksOn(string target)
    {
    }

    /// <inheritdoc/>
    public void Report(ProgressInfo progress)
    {
    }

    /// <inheritdoc/>
    public ValueTask WriteOutputAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellation)
    {
        var stream = isError ? error : output;
        lock (stream)
        {
            var room = (int)Math.Min(Limit - stream.Length, bytes.Length);
            stream.Write(bytes.Span[..room]);
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask SendItemAsync<T>(Format<T> format, T item, CancellationToken cancellation) => default;

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadInputAsync(CancellationToken cancellation) => default;

    private static string Text(MemoryStream stream)
    {
        lock (stream)
        {
            var text = Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
            return stream.Length < Limit ? text : text + "\n[the rest is left out]\n";
        }
    }
}
