using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Patching;

namespace Virt.Tests.Patching;

/// <summary>A shell whose workload has packages; the fake package manager reads and writes them here.</summary>
internal sealed class FakeShell : IShell
{
    public Dictionary<string, string> Installed { get; } = new() { ["good:all"] = "1" };

    public bool IsRebootRequired { get; set; }

    public Task<ShellResult> RunAsync(string[] command, TimeSpan timeout, CancellationToken cancellation) => throw new NotSupportedException("The fake package manager runs nothing.");
}
