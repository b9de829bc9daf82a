using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Containers;

namespace Virt.Agent.Patching.Targets;

/// <summary>Runs programs in a throw-away container.</summary>
internal sealed class LayerShell(ContainerShell shell) : IShell
{
    /// <inheritdoc/>
    public async Task<ShellResult> RunAsync(string[] command, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await shell.RunAsync(command, environment: null, input: null, timeout, cancellation).ConfigureAwait(false);
        return new ShellResult(result.ExitCode, result.Output, result.Error);
    }
}
