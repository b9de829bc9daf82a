using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Patching;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Patching;

/// <summary>
/// The agent is killed between any two steps of a machine's patch: it ends patched and healthy, or as it was. An emulated guest needs many seconds for an update, so one run
/// is killed at several places, one after the other, each by the agent that has gone on from the one before.
/// </summary>
[Collection(DebianVmCollection.Name)]
public sealed class VmPatchRecoveryTests(DebianVm vm)
{
    private static readonly string[] UpToTheEnd =
    [
        PatchFaults.Stored,
        PatchFaults.Begun(PatchStepKind.Preflight), PatchFaults.Acted(PatchStepKind.Preflight),
        PatchFaults.Begun(PatchStepKind.Checkpoint), PatchFaults.Acted(PatchStepKind.Checkpoint),
        PatchFaults.Begun(PatchStepKind.Reboot), PatchFaults.Acted(PatchStepKind.Reboot),
        PatchFaults.Begun(PatchStepKind.Health), PatchFaults.Acted(PatchStepKind.Health),
        PatchFaults.Begun(PatchStepKind.Keep), PatchFaults.Acted(PatchStepKind.Keep),
        PatchFaults.Ending,
    ];

    private static readonly string[] InTheUpdate = [PatchFaults.Begun(PatchStepKind.Apply), PatchFaults.Begun(PatchStepKind.PutBack), PatchFaults.Acted(PatchStepKind.PutBack)];

    private static readonly string[] AfterTheUpdate = [PatchFaults.Acted(PatchStepKind.Apply)];

    [Fact]
    public void Every_point_that_a_machine_passes_is_in_a_test() => Assert.Equal(
        PatchFaults.All.Where(static point => !point.Contains("replace", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        UpToTheEnd.Concat(InTheUpdate).Concat(AfterTheUpdate).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Wherever_the_agent_is_killed_outside_the_update_the_machine_is_patched_and_serves()
    {
        var result = await PatchAsync("virt-good", new PatchOptions { Health = PatchHost.Serves(8080) with { Timeout = TimeSpan.FromMinutes(5) }, RebootPolicy = RebootPolicy.Always }, UpToTheEnd);
        Assert.True(result is { Outcome: PatchOutcome.Patched, Rebooted: true }, $"{result.Outcome}: {result.Message} {PatchHost.Steps(result)}");
        Assert.Equal("2", vm.VersionOf("virt-good"));
        Assert.Equal("virt-good 2", vm.Ask(8080));
    }

    [Fact]
    public async Task An_agent_that_is_killed_during_the_update_puts_the_machine_back()
    {
        var result = await PatchAsync("virt-good", new PatchOptions { Health = PatchHost.Serves(8080) }, InTheUpdate);
        Assert.True((PatchOutcome.PutBack, "AgentRestarted") == (result.Outcome, result.Error?.Id), $"{result.Outcome}: {result.Message} {PatchHost.Steps(result)}");
        Assert.Equal("1", vm.VersionOf("virt-good"));
        Assert.Equal("virt-good 1", vm.Ask(8080));
    }

    [Fact]
    public async Task An_update_whose_end_nobody_has_seen_is_not_trusted()
    {
        var result = await PatchAsync("virt-reboot", new PatchOptions(), AfterTheUpdate);
        Assert.True((PatchOutcome.PutBack, "AgentRestarted") == (result.Outcome, result.Error?.Id), $"{result.Outcome}: {result.Message} {PatchHost.Steps(result)}");
        Assert.Equal("1", vm.VersionOf("virt-reboot"));
        Assert.Equal("", vm.Run("dpkg --audit"));
    }

    private async Task<PatchResult> PatchAsync(string package, PatchOptions options, IReadOnlyList<string> points)
    {
        var left = points.ToList();
        await vm.BeginAsync(Faults(left));
        var run = vm.Host.Client.Detach(Methods.InvokePatch, DebianVm.Patch(package, options));
        while (left.Count > 0)
        {
            left.RemoveAt(0);
            await vm.RestartedAsync(Faults(left));
        }

        var result = vm.Host.EndOf(run.Id).Only();
        TestContext.Current.TestOutputHelper?.WriteLine(PatchHost.Steps(result));
        Assert.DoesNotContain(vm.Host.Invoke(Methods.GetVMCheckpoint, new GetVMCheckpoint()).Items, static c => c.Name.StartsWith("patch-", StringComparison.Ordinal));
        return result;
    }

    // In their order: an agent that has got past the next one without being killed there would be killed at another, and the test would wait in vain.
    private static string Faults(IReadOnlyList<string> points) => points is [var next, ..] ? $"{next}=kill" : "";
}
