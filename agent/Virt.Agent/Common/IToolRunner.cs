using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Common;

/// <summary>Runs a short program such as qemu-img to its end. The one way to do so.</summary>
public interface IToolRunner
{
    /// <summary>Runs it. Cancelling kills it.</summary>
    /// <param name="program">Its path, or its name to be searched for.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    /// <param name="cancellation">Kills it.</param>
    Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation);
}
