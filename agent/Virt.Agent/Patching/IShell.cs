using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>Runs programs inside a workload, or inside what will become its next layer. Standard input is empty.</summary>
public interface IShell
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">The program, looked up in PATH, and its arguments.</param>
    /// <param name="timeout">How long it may take; it is killed then.</param>
    /// <param name="cancellation">Kills it too.</param>
    /// <returns>How it ended, whatever its exit code, and what it wrote.</returns>
    /// <exception cref="VirtException">It could not be run; Timeout.</exception>
    Task<ShellResult> RunAsync(string[] command, TimeSpan timeout, CancellationToken cancellation);

    /// <summary>
    /// Runs a program that may end what this shell itself stands on, as an update of a guest's agent does: apart from that, where it matters. Costs a little more.
    /// </summary>
    /// <inheritdoc cref="RunAsync"/>
    Task<ShellResult> RunApartAsync(string[] command, TimeSpan timeout, CancellationToken cancellation) => RunAsync(command, timeout, cancellation);
}
