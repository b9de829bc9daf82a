using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Common;

/// <summary>Runs short programs as children of the agent.</summary>
public sealed class DirectToolRunner : IToolRunner
{
    /// <inheritdoc/>
    public async Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        process.Start();
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return new ToolResult(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        }
        catch
        {
            process.Kill();
            throw;
        }
    }
}
