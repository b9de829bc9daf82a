using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;

namespace Virt.Tests.Storage;

/// <summary>A runner that runs nothing: one function from arguments to result.</summary>
internal sealed class FakeTools(Func<IReadOnlyList<string>, ToolResult> run) : IToolRunner
{
    public List<string> Commands { get; } = [];

    public Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        Commands.Add(string.Join(' ', arguments));
        return Task.FromResult(run(arguments));
    }
}
