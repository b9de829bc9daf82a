using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Memory that comes while the guest runs, and that nothing is lost of it.</summary>
public sealed class MemoryTests
{
    private const long Step = 128L << 20;

    // More than the guest had before, so that the memory that was added is written too.
    private const string Fill = "mkdir -p /m; mount -t tmpfs -o size=260m tmpfs /m; dd if=/dev/urandom of=/m/f bs=1M count=150 2>/dev/null; md5sum /m/f > /m.sum";
    private const string Check = "md5sum -c /m.sum >/dev/null && echo same";

    public static TheoryData<string> AddPoints => [.. VmMemoryFaults.Add];

    [Fact]
    public async Task Added_memory_is_the_guests_at_once_and_outlives_a_checkpoint_a_save_and_the_agent()
    {
        await using var host = await TestHost.StartAsync();
        Room(host);
        host.Boot("web01");
        var before = TotalOf(host);
        var set = host.Invoke(Methods.SetVMMemory, new SetVMMemory { Name = "web01", StartupBytes = Guest.Memory + Step - 1 });
        Assert.Equal((Guest.Memory + Step, Step, Guest.Memory + Step, ""), (set.AssignedBytes, set.AddedBytes, set.StartupBytes, set.Status));
        Assert.Empty(set.PendingChanges);
        Assert.InRange(TotalOf(host) - before, 100L << 20, Step);
        Assert.Equal(Guest.Memory + Step, host.Get("web01").MemoryBytes);

        host.Run("web01", Fill);
        host.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "more", IncludeMemory = true });
        Assert.Equal("same", host.Run("web01", Check));
        host.Run("web01", "rm /m/f");
        host.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { Name = "more", VMName = "web01" });
        host.Wait("web01", WaitCondition.GuestAgent);
        Assert.Equal("same", host.Run("web01", Check));
        Assert.Equal(Step, Memory(host).AddedBytes);

        host.Invoke(Methods.SaveVM, new SaveVM { Name = "web01" });
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(Guest.Memory + Step, host.Get("web01").MemoryBytes);
        host.Start("web01");
        host.Wait("web01", WaitCondition.GuestAgent);
        Assert.Equal("same", host.Run("web01", Check));
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        set = host.Invoke(Methods.SetVMMemory, new SetVMMemory { Name = "web01", StartupBytes = Guest.Memory + (2 * Step) });
        Assert.Equal((2 * Step, ""), (set.AddedBytes, set.Status));
        Assert.Equal("same", host.Run("web01", Check));

        host.Stop("web01", turnOff: true);
        host.Boot("web01");
        Assert.Equal((Guest.Memory + (2 * Step), 0), (Memory(host).AssignedBytes, Memory(host).AddedBytes));
        Assert.True(TotalOf(host) > before + (2 * Step) - (40L << 20));
    }

    [Fact]
    public async Task What_there_is_no_room_for_waits_for_the_next_start_and_says_why()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        host.Start("web01");
        var set = host.Invoke(Methods.SetVMMemory, new SetVMMemory { Name = "web01", StartupBytes = 64L << 20, MaximumBytes = 512L << 20 });
        Assert.Equal((32L << 20, 64L << 20), (set.AssignedBytes, set.StartupBytes));
        Assert.Equal(["MemoryBytes 64MB", "MaximumBytes 512MB"], set.PendingChanges);
        Assert.Contains("-MaximumBytes", set.Status, StringComparison.Ordinal);
        Assert.Equal("InvalidMemoryMaximum", host.Refused(Methods.SetVMMemory, new SetVMMemory { Name = "web01", MaximumBytes = 48L << 20 }).Id);
        Assert.Equal("InvalidMemoryMaximum", host.Refused(Methods.SetVM, new SetVM { Name = "web01", MemoryStartupBytes = 600L << 20 }).Id);
        Assert.Equal("InvalidMemory", host.Refused(Methods.SetVMMemory, new SetVMMemory { Name = "web01", StartupBytes = 1 }).Id);
        Assert.Equal("InvalidBackingPageSize", host.Refused(Methods.SetVMMemory, new SetVMMemory { Name = "web01", BackingPageSize = (VMBackingPageSize)9 }).Id);
        host.Stop("web01", turnOff: true);
        Assert.Equal(64L << 20, host.Get("web01").MemoryBytes);
        host.Start("web01");
        Assert.Contains("maxmem=512M", await File.ReadAllTextAsync($"/proc/{host.Get("web01").ProcessId}/cmdline", TestContext.Current.CancellationToken), StringComparison.Ordinal);

        // Nobody in it who could take it up.
        set = host.Invoke(Methods.SetVMMemory, new SetVMMemory { Name = "web01", StartupBytes = 192L << 20 });
        Assert.Equal(Step, set.AddedBytes);
        Assert.Contains("must take up by itself", set.Status, StringComparison.Ordinal);
        set = host.Invoke(Methods.SetVMMemory, new SetVMMemory { Name = "web01", StartupBytes = 32L << 20 });
        Assert.Equal((192L << 20, 32L << 20), (set.AssignedBytes, set.StartupBytes));
        host.Stop("web01", turnOff: true);
        Assert.Equal(32L << 20, host.Get("web01").MemoryBytes);
    }

    [Fact]
    public async Task Large_pages_are_the_hosts_or_the_machine_is_not_started()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        host.Invoke(Methods.SetVMMemory, new SetVMMemory { Name = "web01", BackingPageSize = VMBackingPageSize.Large, StartupBytes = 64L << 20 });
        if (HugePagesOf("HugePages_Free") - HugePagesOf("HugePages_Rsvd") >= 32)
        {
            host.Start("web01");
            Assert.Contains("hugetlb=on", await File.ReadAllTextAsync($"/proc/{host.Get("web01").ProcessId}/cmdline", TestContext.Current.CancellationToken), StringComparison.Ordinal);
            return;
        }

        var refused = host.Refused(Methods.StartVM, new StartVM { Name = "web01" });
        Assert.Equal((ErrorCode.ResourceExhausted, "NotEnoughHugePages"), (refused.Code, refused.Id));
        Assert.StartsWith("sudo sysctl -w vm.nr_hugepages=", refused.RecommendedAction, StringComparison.Ordinal);
        host.Invoke(Methods.SetVMMemory, new SetVMMemory { Name = "web01", BackingPageSize = VMBackingPageSize.Small });
        host.Start("web01");
    }

    [Theory]
    [MemberData(nameof(AddPoints))]
    public async Task Memory_that_was_half_added_is_there_or_not(string point)
    {
        await using var host = await KilledHost.AtAsync(
            point,
            static host => host.Invoke(Methods.SetVMMemory, new SetVMMemory { Name = "web01", StartupBytes = (32L << 20) + Step }),
            static host =>
            {
                host.NewEmpty("web01");
                host.Invoke(Methods.SetVMMemory, new SetVMMemory { Name = "web01", MaximumBytes = 512L << 20 });
                host.Start("web01");
                return Task.CompletedTask;
            });
        Assert.Equal(point == VmMemoryFaults.Plugged ? Step : 0, Memory(host).AddedBytes);
        var set = host.Invoke(Methods.SetVMMemory, new SetVMMemory { Name = "web01", StartupBytes = (32L << 20) + (2 * Step) });
        Assert.Equal(2 * Step, set.AddedBytes);
        Assert.Equal(VMState.Running, host.Get("web01").State);
    }

    private static void Room(TestHost host)
    {
        host.New("web01");
        host.Invoke(Methods.SetVMMemory, new SetVMMemory { Name = "web01", MaximumBytes = 1L << 30 });
    }

    private static VMMemory Memory(TestHost host) => Assert.Single(host.Invoke(Methods.GetVMMemory, new GetVMMemory { Names = ["web01"] }).Items);

    private static long TotalOf(TestHost host) => long.Parse(host.Run("web01", "sed -n 's/MemTotal: *\\([0-9]*\\).*/\\1/p' /proc/meminfo"), CultureInfo.InvariantCulture) << 10;

    private static long HugePagesOf(string name) =>
        long.Parse(File.ReadLines("/proc/meminfo").First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
