using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Patching;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Patching;

/// <summary>The agent is killed between any two steps of a machine's patch: it ends patched and healthy, or as it was.</summary>
[Collection(DebianVmCollection.Name)]
public sealed class VmPatchRecoveryTests(DebianVm vm)
{
    /// <summary>A machine is not replaced.</summary>
    public static TheoryData<string> Points => [.. PatchFaults.All.Where(static point => !point.Contains("replace", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task An_agent_that_is_killed_leaves_no_machine_half_patched(string point)
    {
        // Only what is unhealthy is put back; what the package manager of a guest does without an agent is not trusted.
        var isBad = point.Contains("putback", StringComparison.Ordinal);
        var isPutBack = isBad || point.Contains("apply", StringComparison.Ordinal);
        var (package, port) = isBad ? ("virt-bad-health", 8081) : ("virt-good", 8080);
        var policy = point.Contains("reboot", StringComparison.Ordinal) ? RebootPolicy.Always : RebootPolicy.Never;
        await vm.BeginAsync($"{point}=kill");
        var health = PatchHost.Serves(port) with { Timeout = isBad ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1) };
        var run = vm.Host.Client.Detach(Methods.InvokePatch, DebianVm.Patch(package, new PatchOptions { Health = health, RebootPolicy = policy }));
        await vm.RestartedAsync();

        var result = vm.Host.EndOf(run.Id).Only();
        Assert.True(result.Outcome == (isPutBack ? PatchOutcome.PutBack : PatchOutcome.Patched), $"{result.Outcome}: {result.Message} {PatchHost.Steps(result)}");
        Assert.Equal(isPutBack ? "1" : "2", vm.VersionOf(package));
        Assert.Equal($"{package} {(isPutBack ? 1 : 2)}", vm.Ask(port));
        Assert.DoesNotContain(vm.Host.Invoke(Methods.GetVMCheckpoint, new GetVMCheckpoint()).Items, static c => c.Name.StartsWith("patch-", StringComparison.Ordinal));
    }
}
