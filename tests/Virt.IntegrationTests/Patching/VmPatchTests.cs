using System;
using System.Globalization;
using System.Threading.Tasks;
using Virt.Agent.Patching;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Patching;

/// <summary>Real packages in a Debian machine: good ones, and each way to go wrong.</summary>
[Collection(DebianVmCollection.Name)]
public sealed class VmPatchTests(DebianVm vm)
{
    [Fact]
    public async Task A_good_update_is_kept_and_serves()
    {
        await vm.BeginAsync();
        var status = Assert.Single(vm.Host.Invoke(Methods.GetPatchStatus, new GetPatchStatus { Targets = new PatchTargets { VMNames = [DebianVm.Name] } }).Items);
        Assert.Equal(("apt", 5, 1, "", false), (status.PackageManager, status.PendingCount, status.SecurityCount, status.Problem, status.RebootRequired));
        var result = vm.Host.Invoke(Methods.InvokePatch, DebianVm.Patch("virt-good", new PatchOptions { Health = PatchHost.Serves(8080) with { TcpPort = 8080, Command = ["grep", "-q", "2", "/usr/share/virt-good/version"] }, KeepCheckpoint = true })).Only();
        TestContext.Current.TestOutputHelper?.WriteLine(PatchHost.Steps(result));
        Assert.True(result.Outcome == PatchOutcome.Patched, $"{result.Message} {PatchHost.Steps(result)}");
        Assert.Equal("2", vm.VersionOf("virt-good"));
        Assert.Equal("1", vm.VersionOf("virt-reboot"));
        Assert.Equal("virt-good 2", vm.Ask(8080));
        Assert.Equal((false, WorkloadHealth.Healthy), (result.Rebooted, result.Health));

        vm.Run("echo later > /root/later; sync");
        var undone = vm.Host.Invoke(Methods.UndoPatch, new UndoPatch { Targets = new PatchTargets { VMNames = [DebianVm.Name] } }).Only();
        Assert.Equal(PatchOutcome.Undone, undone.Outcome);
        AssertLostSince(result.StartTime, undone);
        Assert.Equal("1", vm.VersionOf("virt-good"));
        Assert.Equal("virt-good 1", vm.Ask(8080));
        Assert.Equal("gone", vm.Run("test -e /root/later || printf gone"));
    }

    [Fact]
    public async Task An_update_whose_service_is_unhealthy_is_put_back_and_version_1_serves()
    {
        await vm.BeginAsync();
        vm.Run("echo mine > /root/note");
        var result = vm.Host.Invoke(Methods.InvokePatch, DebianVm.Patch("virt-bad-health", new PatchOptions { Health = PatchHost.Serves(8081) with { Timeout = TimeSpan.FromSeconds(2) } })).Only();
        Assert.True((PatchOutcome.PutBack, "HealthCheckFailed") == (result.Outcome, result.Error?.Id), $"{result.Outcome} {result.Message} {PatchHost.Steps(result)}");
        Assert.Contains("answers 500", result.Message, StringComparison.Ordinal);
        AssertLostSince(result.StartTime, result);
        Assert.Equal("mine\n", vm.Run("cat /root/note"));
        Assert.Equal("1", vm.VersionOf("virt-bad-health"));
        Assert.Equal("virt-bad-health 1", vm.Ask(8081));
        AssertNothingIsKept();
    }

    [Theory]
    [InlineData(9, "true", "port 9 takes no connection")]
    [InlineData(8080, "echo the cache is cold; exit 4", "the cache is cold")]
    public async Task A_port_without_a_service_and_a_command_that_fails_are_unhealthy_too(int port, string command, string why)
    {
        await vm.BeginAsync();
        var health = new HealthCheck { TcpPort = port, Command = ["sh", "-c", command], Timeout = TimeSpan.FromSeconds(5) };
        var result = vm.Host.Invoke(Methods.InvokePatch, DebianVm.Patch("virt-reboot", new PatchOptions { Health = health, RebootPolicy = RebootPolicy.Never })).Only();
        Assert.True((PatchOutcome.PutBack, "HealthCheckFailed") == (result.Outcome, result.Error?.Id), $"{result.Outcome} {result.Message} {PatchHost.Steps(result)}");
        Assert.Contains(why, result.Message, StringComparison.Ordinal);
        Assert.Equal("1", vm.VersionOf("virt-reboot"));
        AssertNothingIsKept();
    }

    [Fact]
    public async Task A_cancelled_patch_leaves_the_machine_as_it_was()
    {
        var point = PatchFaults.Begun(PatchStepKind.Apply);
        await vm.BeginAsync($"{point}=hold");
        var run = vm.Host.Client.Detach(Methods.InvokePatch, DebianVm.Patch("virt-good"));
        await vm.Host.HeldAtAsync(point);
        using var other = VirtClient.Connect(vm.Host.Endpoint, "tests/2");
        var stopping = Task.Run(() => other.Invoke(Methods.StopVirtOperation, new StopVirtOperation { Id = run.Id }));
        await vm.Host.IsBeingCancelledAsync(run.Id);
        vm.Host.Release(point);
        Assert.Equal(OperationState.Cancelled, (await stopping).State);
        var ended = vm.Host.EndOf(run.Id);
        Assert.True((OperationState.Cancelled, PatchOutcome.PutBack) == (ended.State, ended.Only().Outcome), $"{ended.State} {ended.Only().Outcome} {PatchHost.Steps(ended.Only())}");
        Assert.Equal("1", vm.VersionOf("virt-good"));
        Assert.Equal("virt-good 1", vm.Ask(8080));
        AssertNothingIsKept();
    }

    [Fact]
    public async Task A_script_that_fails_is_named_and_the_machine_put_back()
    {
        await vm.BeginAsync();
        var result = vm.Host.Invoke(Methods.InvokePatch, DebianVm.Patch("virt-bad-script")).Only();
        Assert.True((PatchOutcome.PutBack, "PackageFailed", PackageState.Failed) == (result.Outcome, result.Error?.Id, result.Packages[0].State), $"{result.Outcome} {result.Message} {PatchHost.Steps(result)}");
        Assert.Contains("this script fails, as it is there to do", result.Output, StringComparison.Ordinal);
        Assert.Equal("1", vm.VersionOf("virt-bad-script"));
        Assert.Equal("", vm.Run("dpkg --audit"));
        AssertNothingIsKept();
    }

    [Fact]
    public async Task An_update_that_fills_the_disk_is_put_back()
    {
        await vm.BeginAsync();

        // 48 MB are left of its disk, root's own reserve among them: enough for all but the package's 256 MB.
        vm.Run("fallocate -l $(($(stat -f -c '%f*%S' /) - (48 << 20))) /root/ballast; sync");
        var result = vm.Host.Invoke(Methods.InvokePatch, DebianVm.Patch("virt-fills-disk")).Only();
        Assert.True((PatchOutcome.PutBack, "PatchDiskFull") == (result.Outcome, result.Error?.Id), $"{result.Outcome} {result.Message} {PatchHost.Steps(result)}");
        Assert.Equal("1", vm.VersionOf("virt-fills-disk"));
        Assert.Equal(("virt-good 1", ""), (vm.Ask(8080), vm.Run("dpkg --audit")));
        AssertNothingIsKept();
    }

    [Fact]
    public async Task A_guest_that_asks_for_a_reboot_gets_it()
    {
        await vm.BeginAsync();
        var before = vm.Run("cat /proc/sys/kernel/random/boot_id");
        var result = vm.Host.Invoke(Methods.InvokePatch, DebianVm.Patch("virt-reboot")).Only();
        TestContext.Current.TestOutputHelper?.WriteLine(PatchHost.Steps(result));
        Assert.True(result is { Outcome: PatchOutcome.Patched, Rebooted: true, RebootRequired: false }, $"{result.Message} {PatchHost.Steps(result)}");
        Assert.NotEqual(before, vm.Run("cat /proc/sys/kernel/random/boot_id"));
        Assert.Equal("2", vm.VersionOf("virt-reboot"));
    }

    [Fact]
    public async Task A_plan_is_applied_exactly_or_not_at_all()
    {
        await vm.BeginAsync();
        var plan = vm.Host.Invoke(Methods.NewPatchPlan, new NewPatchPlan { Targets = new PatchTargets { VMNames = [DebianVm.Name] }, Filter = new PatchFilter { Include = ["virt-good"] } }).Plan;
        Assert.Equal("virt-good 1 -> 2", Assert.Single(Assert.Single(plan.Targets).Packages).ToString());
        var run = vm.Host.Invoke(Methods.InvokePatch, new InvokePatch { Plan = plan });
        Assert.Equal((PatchOutcome.Patched, plan.Hash), (run.Only().Outcome, run.PlanHash));
        Assert.Equal("2", vm.VersionOf("virt-good"));
        var error = vm.Host.Refused(Methods.InvokePatch, new InvokePatch { Plan = plan });
        Assert.Equal((ErrorCode.PlanOutOfDate, $"New-PatchPlan -VM {DebianVm.Name}"), (error.Code, error.RecommendedAction));
    }

    [Fact]
    public async Task A_reboot_that_is_left_to_its_owner_is_told()
    {
        await vm.BeginAsync();
        var result = vm.Host.Invoke(Methods.InvokePatch, DebianVm.Patch("virt-reboot", new PatchOptions { RebootPolicy = RebootPolicy.Never })).Only();
        Assert.True(result is { Outcome: PatchOutcome.Patched, Rebooted: false, RebootRequired: true }, $"{result.Message} {PatchHost.Steps(result)}");
        Assert.True(vm.Host.Invoke(Methods.GetPatchStatus, new GetPatchStatus { Targets = new PatchTargets { VMIds = [vm.Machine.Id] } }).Items[0].RebootRequired);
    }

    // "everything written in it since 2026-11-24 03:04:05 UTC": the moment of the checkpoint, in whole seconds.
    private static void AssertLostSince(DateTimeOffset begin, PatchResult result)
    {
        const string Words = "everything written in it since ";
        Assert.StartsWith(Words, result.Lost, StringComparison.Ordinal);
        var since = DateTimeOffset.ParseExact(result.Lost[Words.Length..], "yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        Assert.InRange(since, begin.AddSeconds(-1), DateTimeOffset.UtcNow);
    }

    private void AssertNothingIsKept() =>
        Assert.DoesNotContain(vm.Host.Invoke(Methods.GetVMCheckpoint, new GetVMCheckpoint()).Items, static c => c.Name.StartsWith("patch-", StringComparison.Ordinal));
}
