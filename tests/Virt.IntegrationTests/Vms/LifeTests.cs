using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>A machine from New-VM to Remove-VM, under real QEMU.</summary>
public sealed class LifeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_machine_boots_answers_keeps_its_data_and_shuts_down(int generation)
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01", generation);
        Assert.Equal((VMState.Stopped, generation, Guest.Memory), (made.State, made.Generation, made.MemoryBytes));
        Assert.True(File.Exists(made.DiskPath));

        var started = host.Start("web01");
        Assert.Equal((VMState.Running, WorkloadHealth.Starting), (started.State, started.Health));
        var booted = host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal((WorkloadHealth.Healthy, "tcg"), (booted.Health, booted.Accelerator));
        Assert.Equal("web01", host.Run("web01", "hostname"));
        Assert.Equal(generation == 2, host.Run("web01", "ls /sys/firmware").Contains("efi", StringComparison.Ordinal));
        host.Run("web01", "echo kept > /data/file");

        var stopped = host.Stop("web01");
        Assert.Equal((VMState.Stopped, "", null), (stopped.State, stopped.Status, stopped.ProcessId));
        var again = host.Boot("web01");
        Assert.NotEmpty(again.IPAddresses);
        Assert.Equal(made.MacAddress, host.Run("web01", "cat /sys/class/net/eth0/address"));
        Assert.Equal("kept", host.Run("web01", "cat /data/file"));
        Assert.Equal(VMState.Stopped, host.Stop("web01", turnOff: true).State);
    }

    [Fact]
    public async Task Qemu_runs_confined_and_without_rights()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        var status = (await File.ReadAllLinesAsync($"/proc/{host.Start("web01").ProcessId}/status", TestContext.Current.CancellationToken))
            .Select(static line => line.Split(':', 2)).ToDictionary(static f => f[0], static f => f[1].Trim());
        Assert.NotEqual("0", status["Uid"].Split('\t')[0]);
        Assert.NotEqual("0", status["Gid"].Split('\t')[0]);
        Assert.Equal("0000000000000000", status["CapEff"]);
        Assert.Equal("0000000000000000", status["CapBnd"]);
        Assert.Equal(("1", "2"), (status["NoNewPrivs"], status["Seccomp"]));
    }

    [Fact]
    public async Task A_removed_machine_leaves_its_disk_where_it_was_unless_told_otherwise()
    {
        await using var host = await TestHost.StartAsync();
        var first = host.New("web01");
        Assert.Equal(first.DiskPath, host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01" }).DiskPath);
        Assert.True(File.Exists(first.DiskPath));

        var second = host.New("web01");
        Assert.NotEqual(first.DiskPath, second.DiskPath);
        Assert.Equal("", host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", DeleteDisk = true }).DiskPath);
        Assert.False(File.Exists(second.DiskPath));

        var third = host.Invoke(Methods.NewVM, new NewVM { Name = "web02", MemoryStartupBytes = Guest.Memory, VHDPath = first.DiskPath });
        Assert.Equal((first.DiskPath, first.DiskSizeBytes), (third.DiskPath, third.DiskSizeBytes));
    }

    [Fact]
    public async Task WhatIf_makes_every_check_and_changes_nothing()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        var before = Files(host);
        var whatIf = new CallOptions { WhatIf = true };
        Assert.Equal("web02", host.Client.Invoke(Methods.NewVM, new NewVM { Name = "web02", Image = "starter" }, whatIf).Name);
        Assert.Throws<VirtException>(() => host.Client.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter" }, whatIf));
        Assert.Equal(VMState.Stopped, host.Client.Invoke(Methods.StartVM, new StartVM { Name = "web01" }, whatIf).State);
        Assert.Throws<VirtException>(() => host.Client.Invoke(Methods.SuspendVM, new SuspendVM { Name = "web01" }, whatIf));
        host.Client.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01" }, whatIf);
        Assert.Equal(before, Files(host));
        Assert.Equal("web01", Assert.Single(host.Invoke(Methods.GetVM, new GetVM()).Items).Name);

        static string[] Files(TestHost host) => [.. Directory.EnumerateFileSystemEntries(host.StateFolder, "*", SearchOption.AllDirectories)
            .Where(static f => !Path.GetFileName(f).StartsWith("virt.db", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Get_takes_patterns_names_and_ids_and_has_an_error_for_each_that_is_missing()
    {
        await using var host = await TestHost.StartAsync();
        var first = host.NewEmpty("web01");
        host.NewEmpty("web02");
        host.NewEmpty("db01");
        Assert.Equal(["db01", "web01", "web02"], Names(new GetVM()));
        Assert.Equal(["web01", "web02"], Names(new GetVM { Names = ["WEB*", "web01"] }));
        Assert.Equal(["web01"], Names(new GetVM { Ids = [first.Id] }));
        var list = host.Invoke(Methods.GetVM, new GetVM { Names = ["wbe01", "nothing*"], Ids = [Guid.NewGuid()] });
        Assert.Empty(list.Items);
        Assert.Equal(["VMNotFound", "VMNotFound"], list.Errors.Select(static e => e.Id));
        Assert.Contains("did you mean 'web01'?", list.Errors[0].Message);

        string[] Names(GetVM request) => [.. host.Invoke(Methods.GetVM, request).Items.Select(static vm => vm.Name)];
    }

    [Fact]
    public async Task An_impatient_turn_off_is_served_while_a_stop_waits()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        host.Start("web01");

        // Nothing in it hears the power button.
        var waiting = Task.Run(() => host.Stop("web01"));
        using var other = Virt.Protocol.Client.VirtClient.Connect(host.Endpoint, "tests/1");
        await Poll.UntilAsync(() => other.Invoke(Methods.GetVM, new GetVM()).Items[0].State == VMState.Stopping, "the state Stopping");
        Assert.Equal(VMState.Stopped, other.Invoke(Methods.StopVM, new StopVM { Name = "web01", TurnOff = true }).State);
        Assert.Equal(VMState.Stopped, (await waiting).State);
    }

    [Fact]
    public async Task A_stop_that_the_guest_does_not_follow_is_a_timeout_and_the_guest_runs_on()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        host.Start("web01");
        var e = host.Refused(Methods.StopVM, new StopVM { Name = "web01", Timeout = TimeSpan.FromMilliseconds(100) });
        Assert.Equal((ErrorCode.Timeout, "Stop-VM -Name web01 -TurnOff"), (e.Code, e.RecommendedAction));
        Assert.Contains("asked by the power button, did not power off within 0.1 s", e.Message);
        Assert.Equal(VMState.Running, host.Get("web01").State);
    }
}
