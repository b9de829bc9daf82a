using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>What other services of the agent ask of its containers, asked by a program that is an agent for that long (tests/Virt.ContainerDriver).</summary>
internal static class DrivenHost
{
    private static string Program => RepositoryRoot.File("out", "bin", "Virt.ContainerDriver", "Release", "net10.0", "Virt.ContainerDriver");

    /// <summary>Ends the agent, lets the driver do these works, each <c>word id argument…</c>, and starts an agent again. The answers, one for each.</summary>
    public static async Task<IReadOnlyList<string>> DriveAsync(this TestHost host, params string[][] works)
    {
        await host.StopAgentAsync();
        var output = await host.RunAsync(Command(host, "", works));
        await host.StartAgentAsync();
        return output.TrimEnd('\n').Split('\n');
    }

    /// <summary>The same, until a fault point kills the driver as a crash would kill the agent.</summary>
    public static async Task DriveIntoAsync(this TestHost host, string point, params string[][] works)
    {
        await host.StopAgentAsync();
        var output = await host.RunAsync(["sh", "-c", "\"$@\" 2>&1; echo \"ended with $?\"", "sh", .. Command(host, point + "=kill", works)]);
        Assert.EndsWith("ended with 137\n", output, StringComparison.Ordinal);
        await host.StartAgentAsync();
    }

    private static string[] Command(TestHost host, string faults, string[][] works) =>
    [
        // The service has this umask.
        "sh", "-c", "umask 077; exec \"$@\"", "sh", "env", "VIRT_FAULTS=" + faults, Program, TestHost.AgentProgram, host.StateFolder, host.RunFolder, RepositoryRoot.File("out", "images", "containers", ContainerHost.Image),
        .. works.SelectMany(static words => words.Prepend(";")),
    ];
}
