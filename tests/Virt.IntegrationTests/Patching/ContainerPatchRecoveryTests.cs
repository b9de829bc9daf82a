using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Patching;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Patching;

/// <summary>The agent is killed between any two steps of a container's patch: it ends patched and healthy, or as it was.</summary>
public sealed class ContainerPatchRecoveryTests
{
    /// <summary>A container is not rebooted.</summary>
    public static TheoryData<string> Points => [.. PatchFaults.All.Where(static point => !point.Contains("reboot", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task An_agent_that_is_killed_leaves_no_container_half_patched(string point)
    {
        // Only what is unhealthy is put back.
        var isBad = point.Contains("putback", StringComparison.Ordinal);
        var (package, port) = isBad ? ("virt-bad-health", 8081) : ("virt-good", 8080);
        await using var host = await TestHost.MakeAsync();
        host.Faults = $"{point}=kill";
        var options = await host.ServeArchiveAsync();
        await host.StartAgentAsync(options);
        var container = await host.StartServiceAsync(package, port);
        var run = host.Client.Detach(Methods.InvokePatch, PatchHost.Patch(container, package, PatchHost.Serves(port) with { Timeout = isBad ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(20) }));
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync(options);

        var ended = host.EndOf(run.Id);
        var result = ended.Only();
        Assert.True(result.Outcome == (isBad ? PatchOutcome.PutBack : PatchOutcome.Patched), $"{result.Outcome}: {result.Message} {PatchHost.Steps(result)}");
        Assert.Equal(isBad ? "1" : "2", host.VersionOf(container, package));
        await Poll.UntilAsync(() => host.Ask(container, port) == $"HTTP/1.1 200 OK {package} {(isBad ? 1 : 2)}", "the service's answer");
        Assert.DoesNotContain(result.Steps, static step => step.State == PatchStepState.Running);
        var operation = Assert.Single(host.Invoke(Methods.GetVirtOperation, new GetVirtOperation { Ids = [run.Id] }).Items);
        Assert.Equal(OperationState.Completed, operation.State);
    }
}
