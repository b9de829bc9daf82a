using System;
using System.Threading.Tasks;
using Virt.Protocol;
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
        var result = vm.Host.Invoke(Methods.InvokePatch, DebianVm.Patch("virt-good", new PatchOptions { Health = PatchHost.Serves(8080), KeepCheckpoint = true })).Only();
        TestContext.Current.TestOutputHelper?.WriteLine(PatchHost.Steps(result));
        Assert.True(result.Outcome == PatchOutcome.Patched, $"{result.Message} {PatchHost.Steps(result)}");
        Assert.Equal("2", vm.VersionOf("virt-good"));
        Assert.Equal("1", vm.VersionOf("virt-reboot"));
        Assert.Equal("virt-good 2", vm.Ask(8080));
        Assert.False(result.Rebooted);

        vm.Run("echo later > /root/later; sync");
        var undone = vm.Host.Invoke(Methods.UndoPatch, new UndoPatch { Targets = new PatchTargets { VMNames = [DebianVm.Name] } }).Only();
        Assert.Equal(PatchOutcome.Undone, undone.Outcome);
        Assert.StartsWith("everything written in it since", undone.Lost, StringComparison.Ordinal);
        Assert.Equal("1", vm.VersionOf("virt-good"));
        Assert.Equal("virt-good 1", vm.Ask(8080));
        Assert.Equal("gone", vm.Run("test -e /root/later || printf gone"));
    }

    [Fact]
    public async Task An_update_whose_service_is_unhealthy_is_put_back_and_version_1_serves()
    {
        await vm.BeginAsync();
        var result = vm.Host.Invoke(Methods.InvokePatch, DebianVm.Patch("virt-bad-health", new PatchOptions { Health = PatchHost.Serves(8081) with { Timeout = TimeSpan.FromSeconds(2) } })).Only();
        Assert.True((PatchOutcome.PutBack, "HealthCheckFailed") == (result.Outcome, result.Error?.Id), $"{result.Outcome} {result.Message} {PatchHost.Steps(result)}");
        Assert.Contains("answers 500", result.Message, StringComparison.Ordinal);
        Assert.Equal("1", vm.VersionOf("virt-bad-health"));
        Assert.Equal("virt-bad-health 1", vm.Ask(8081));
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
        vm.Run("mount -t tmpfs -o size=20m tmpfs /usr/share/virt-fills-disk");
        var result = vm.Host.Invoke(Methods.InvokePatch, DebianVm.Patch("virt-fills-disk")).Only();
        Assert.True((PatchOutcome.PutBack, "PatchDiskFull") == (result.Outcome, result.Error?.Id), $"{result.Outcome} {result.Message} {PatchHost.Steps(result)}");
        Assert.Equal("1", vm.VersionOf("virt-fills-disk"));
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
    public async Task A_reboot_that_is_left_to_its_owner_is_told()
    {
        await vm.BeginAsync();
        var result = vm.Host.Invoke(Methods.InvokePatch, DebianVm.Patch("virt-reboot", new PatchOptions { RebootPolicy = RebootPolicy.Never })).Only();
        Assert.True(result is { Outcome: PatchOutcome.Patched, Rebooted: false, RebootRequired: true }, $"{result.Message} {PatchHost.Steps(result)}");
        Assert.True(vm.Host.Invoke(Methods.GetPatchStatus, new GetPatchStatus { Targets = new PatchTargets { VMIds = [vm.Machine.Id] } }).Items[0].RebootRequired);
    }

    private void AssertNothingIsKept() =>
        Assert.DoesNotContain(vm.Host.Invoke(Methods.GetVMCheckpoint, new GetVMCheckpoint()).Items, static c => c.Name.StartsWith("patch-", StringComparison.Ordinal));
}
