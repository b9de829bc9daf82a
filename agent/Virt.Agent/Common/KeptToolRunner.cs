using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Virt.Linux.Processes;

namespace Virt.Agent.Common;

/// <summary>Runs short programs as children of the keeper.</summary>
/// <param name="keeper">Starts them.</param>
/// <param name="id">Names them for the keeper's list, one at a time; all zeros: each has a name of its own.</param>
/// <param name="onOutput">Is told what they write to standard output as it comes; null: nobody is.</param>
public sealed class KeptToolRunner(Keeper keeper, Guid id = default, Action<ReadOnlyMemory<byte>>? onOutput = null) : IToolRunner
{
    /// <inheritdoc/>
    public async Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var result = await keeper.RunToolAsync([program, .. arguments], id, onOutput, cancellation).ConfigureAwait(false);
        return new ToolResult(result.ExitCode, result.OutputText, result.ErrorText);
    }
}
