using System;
using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Machines that stand still, in memory and on the disk.</summary>
public sealed class SuspendTests
{
    public static TheoryData<string> SavePoints => [.. VmFaults.Save];

    public static TheoryData<string> FromSavedPoints => [.. VmFaults.FromSaved];

    [Fact]
    public async Task One_that_is_suspended_stands_still_and_goes_on_also_over_a_restart_of_the_agent()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        host.Run("web01", "echo mark > /run/mark");
        Assert.Equal(VMState.Paused, host.Invoke(Methods.SuspendVM, new SuspendVM { Name = "web01" }).State);
        Assert.Equal("VMWrongState", host.Refused(Methods.SuspendVM, new SuspendVM { Name = "web01" }).Id);
        Assert.Equal("VMWrongState", host.Refused(Methods.RestartVM, new RestartVM { Name = "web01" }).Id);
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(VMState.Paused, host.Get("web01").State);
        Assert.Equal(VMState.Running, host.Invoke(Methods.ResumeVM, new ResumeVM { Name = "web01" }).State);
        host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal("mark", host.Run("web01", "cat /run/mark"));
        Assert.Equal("VMWrongState", host.Refused(Methods.ResumeVM, new ResumeVM { Name = "web01" }).Id);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_that_is_saved_takes_only_disk_and_goes_on_with_all_that_it_had_in_memory(int generation)
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01", generation);
        var id = made.Id.ToString("D");
        host.Boot("web01");
        host.Run("web01", "echo mark > /run/mark");
        var sum = host.WriteFile("web01", "kept");
        var saved = host.Invoke(Methods.SaveVM, new SaveVM { Name = "web01" });
        Assert.Equal((VMState.Saved, null, "", TimeSpan.Zero), (saved.State, saved.ProcessId, saved.Status, saved.Uptime));
        Assert.Empty(TestHost.ProcessesOf(id));

        // What it is to be otherwise waits: its memory is that of the machine that it was.
        var changed = host.Invoke(Methods.SetVM, new SetVM { Name = "web01", MemoryStartupBytes = 256L << 20 });
        Assert.Equal((Guest.Memory, "MemoryBytes 256MB"), (changed.MemoryBytes, Assert.Single(changed.PendingChanges)));

        // Nothing of the agent's need live meanwhile.
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(VMState.Saved, host.Get("web01").State);
        Assert.Equal(VMState.Running, host.Start("web01").State);
        host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal(("mark", sum), (host.Run("web01", "cat /run/mark"), host.ReadFile("web01", "kept")));
        Assert.DoesNotContain("/saved", host.Files(), StringComparison.Ordinal);
        host.Stop("web01");
        Assert.Equal(256L << 20, host.Get("web01").MemoryBytes);
        await host.CheckDiskAsync(made.DiskPath);
    }

    [Fact]
    public async Task What_was_saved_can_be_forgotten_and_one_whose_memory_is_gone_says_so_and_stays()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        host.Start("web01");
        host.Invoke(Methods.SaveVM, new SaveVM { Name = "web01" });
        Assert.Equal(VMState.Stopped, host.Invoke(Methods.RemoveVMSavedState, new RemoveVMSavedState { Name = "web01" }).State);
        Assert.DoesNotContain("/saved", host.Files(), StringComparison.Ordinal);

        host.Start("web01");
        var saved = host.Invoke(Methods.SaveVM, new SaveVM { Name = "web01" });
        File.Delete(Path.Combine(host.StateFolder, "vms", saved.Id.ToString("N"), "saved"));
        Assert.Equal(("SavedStateLost", ErrorCode.DataLoss), host.Refused(Methods.StartVM, new StartVM { Name = "web01" }) is var lost ? (lost.Id, lost.Code) : default);
        Assert.Equal(VMState.Saved, host.Get("web01").State);
        await File.WriteAllTextAsync(Path.Combine(host.StateFolder, "vms", saved.Id.ToString("N"), "saved"), "no memory", TestContext.Current.CancellationToken);
        Assert.Equal("QemuRefused", host.Refused(Methods.StartVM, new StartVM { Name = "web01" }).Id);
        Assert.Equal(VMState.Saved, host.Get("web01").State);
        Assert.Empty(TestHost.ProcessesOf(saved.Id.ToString("D")));
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01" });
    }

    [Theory]
    [MemberData(nameof(SavePoints))]
    public async Task An_agent_that_is_killed_while_it_saves_leaves_it_running_or_saved(string point)
    {
        var sum = "";
        await using var host = await KilledHost.AtAsync(
            point,
            static host => host.Invoke(Methods.SaveVM, new SaveVM { Name = "web01" }),
            host =>
            {
                host.New("web01");
                host.Boot("web01");
                host.Run("web01", "echo mark > /run/mark");
                sum = host.WriteFile("web01", "kept");
                return Task.CompletedTask;
            });
        Assert.Equal(point == VmFaults.SaveWritten ? VMState.Saved : VMState.Running, host.Get("web01").State);
        Assert.Equal(point == VmFaults.SaveWritten, host.Files().Contains("/saved", StringComparison.Ordinal));
        if (point == VmFaults.SaveWritten)
        {
            host.Start("web01");
        }

        host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal(("mark", sum), (host.Run("web01", "cat /run/mark"), host.ReadFile("web01", "kept")));
        Assert.DoesNotContain("/saved", host.Files(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(FromSavedPoints))]
    public async Task An_agent_that_is_killed_while_it_starts_one_that_was_saved_leaves_it_saved(string point)
    {
        await using var host = await KilledHost.AtAsync(
            point,
            static host => host.Start("web01"),
            static host =>
            {
                host.New("web01");
                host.Boot("web01");
                host.Run("web01", "echo mark > /run/mark");
                host.Invoke(Methods.SaveVM, new SaveVM { Name = "web01" });
                return Task.CompletedTask;
            });
        Assert.Equal(VMState.Saved, host.Get("web01").State);
        Assert.Empty(TestHost.ProcessesOf(host.Get("web01").Id.ToString("D")));
        host.Start("web01");
        host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal("mark", host.Run("web01", "cat /run/mark"));
    }
}
