using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>Runs a command in a running container, as its own user, for the agent itself.</summary>
    /// <param name="id">The container.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Variables over the container's own; null: none.</param>
    /// <param name="timeout">It is killed after that.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="VirtException">NotFound (also of the program); WrongState; Timeout.</exception>
    public Task<ShellResult> RunAsync(Guid id, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment, TimeSpan timeout, CancellationToken cancellation) =>
        throw new NotImplementedException();
}
