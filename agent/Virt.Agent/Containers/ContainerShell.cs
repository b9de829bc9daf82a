using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <summary>Runs commands in one container, as root, with the container's own confinement.</summary>
public sealed class ContainerShell
{
    private readonly Func<IReadOnlyList<string>, IReadOnlyDictionary<string, string>?, byte[]?, TimeSpan, CancellationToken, Task<ShellResult>> run;

    internal ContainerShell(Func<IReadOnlyList<string>, IReadOnlyDictionary<string, string>?, byte[]?, TimeSpan, CancellationToken, Task<ShellResult>> run) => this.run = run;

    /// <summary>Runs a command to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Variables over the container's own; null: none.</param>
    /// <param name="input">Standard input; null: /dev/null.</param>
    /// <param name="timeout">It is killed after that.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="VirtException">NotFound (the program); Timeout.</exception>
    public Task<ShellResult> RunAsync(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null, byte[]? input = null, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        run(command, environment, input, timeout ?? Timeout.InfiniteTimeSpan, cancellation);
}
