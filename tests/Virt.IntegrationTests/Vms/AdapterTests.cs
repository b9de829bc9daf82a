using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Networks;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Network adapters beside the first, which come and go while the guest runs.</summary>
public sealed class AdapterTests
{
    public static TheoryData<string, bool> AddPoints => [.. VmAdapterFaults.Add.Select(static point => (point, true)), (VmAdapterFaults.AddRecorded, false)];

    public static TheoryData<string> RemovePoints => [.. VmAdapterFaults.Remove];

    [Fact]
    public async Task One_comes_into_another_network_while_the_guest_runs_and_goes_again()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.144.1.0/24");
        host.Make("lan2", VirtNetworkMode.Bridge, "10.144.2.0/24");
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "lan" });
        host.Boot("web01");
        var added = host.Add("web01", new AddVMNetworkAdapter { SwitchName = "LAN2", IPAddresses = ["10.144.2.77"] });
        Assert.Equal(("nic1", "lan2", "10.144.2.77"), (added.Name, added.Network, Assert.Single(added.IPAddresses)));
        await Poll.UntilAsync(() => host.Run("web01", "cat /sys/class/net/eth1/address 2>/dev/null || true") == added.MacAddress, "the adapter");
        await CallsAsync(host);
        Assert.Equal("NeedsStop", host.Refused(Methods.AddVMNetworkAdapter, new AddVMNetworkAdapter { VMName = "web01" }).Id);
        Assert.Equal("NeedsStop", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web01", NewSizeBytes = 4 << 20, ControllerType = VMControllerType.Virtio }).Id);

        // Another agent finds it, and so does the next start.
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        await CallsAsync(host);
        Assert.Equal("InvalidHotplugPortCount", host.Refused(Methods.SetVM, new SetVM { Name = "web01", HotplugPortCount = 0 }).Id);
        Assert.Equal(["HotplugPortCount 3"], host.Invoke(Methods.SetVM, new SetVM { Name = "web01", HotplugPortCount = 3 }).PendingChanges);
        host.Stop("web01");
        host.Boot("web01");
        await CallsAsync(host);
        var third = host.Add("web01", new AddVMNetworkAdapter { Model = VMNetworkAdapterModel.E1000e, MacAddress = "52:54:00:AA:BB:01" });
        Assert.Equal(("nic2", "isolated", "52:54:00:aa:bb:01"), (third.Name, third.Network, third.MacAddress));
        await Poll.UntilAsync(() => host.Run("web01", "cat /sys/bus/pci/devices/*/device").Contains("0x10d3"), "Intel's adapter");
        host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic1" });
        await Poll.UntilAsync(() => host.Run("web01", "ls /sys/class/net | grep -c eth1 || true") == "0", "the end of the adapter");
        host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { Id = third.Id, Name = "nic2" });
        Assert.Equal("nic0", Assert.Single(AdaptersOf(host)).Name);
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan2" });
    }

    [Fact]
    public async Task What_cannot_be_is_refused_and_a_copy_has_adapters_of_its_own()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.144.1.0/24");
        host.NewEmpty("web01");
        var one = host.Add("web01", new AddVMNetworkAdapter { SwitchName = "lan" });
        Assert.Equal("NetworkNotFound", host.Refused(Methods.AddVMNetworkAdapter, new AddVMNetworkAdapter { VMName = "web01", SwitchName = "lam" }).Id);
        Assert.Equal("InvalidNetwork", host.Refused(Methods.AddVMNetworkAdapter, new AddVMNetworkAdapter { VMName = "web01", SwitchName = "none" }).Id);
        Assert.Equal("InvalidIPAddress", host.Refused(Methods.AddVMNetworkAdapter, new AddVMNetworkAdapter { VMName = "web01", IPAddresses = ["10.144.1.9"] }).Id);
        Assert.Equal("AddressInUse", host.Refused(Methods.AddVMNetworkAdapter, new AddVMNetworkAdapter { VMName = "web01", SwitchName = "lan", IPAddresses = one.IPAddresses }).Id);
        Assert.Equal("InvalidMacAddress", host.Refused(Methods.AddVMNetworkAdapter, new AddVMNetworkAdapter { VMName = "web01", MacAddress = "01:00:5e:00:00:01" }).Id);
        Assert.Equal("InvalidAdapterModel", host.Refused(Methods.AddVMNetworkAdapter, new AddVMNetworkAdapter { VMName = "web01", Model = (VMNetworkAdapterModel)9 }).Id);
        Assert.Equal("VMNetworkAdapterNotFound", host.Refused(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic9" }).Id);
        Assert.Equal(2, AdaptersOf(host).Length);

        var copy = Assert.Single(host.Invoke(Methods.CopyVM, new CopyVM { Name = "web01", NewName = "web02" }).Items);
        var other = Assert.Single(host.Invoke(Methods.GetVMNetworkAdapter, new GetVMNetworkAdapter { VMIds = [copy.Id], Names = ["nic1"] }).Items);
        Assert.NotEqual((one.MacAddress, one.IPAddresses[0], one.Id), (other.MacAddress, other.IPAddresses[0], other.Id));
        host.Start("web01");
        host.Start("web02");
        Assert.Equal("VMWrongState", host.Refused(Methods.SetVMNetworkAdapter, new SetVMNetworkAdapter { VMName = "web01", Name = "nic1", Model = VMNetworkAdapterModel.E1000 }).Id);
        Assert.Equal("NeedsStop", host.Refused(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic1" }).Id);
    }

    [Theory]
    [MemberData(nameof(AddPoints))]
    public async Task One_that_was_half_added_is_there_or_not(string point, bool isRunning)
    {
        await using var host = await KilledHost.AtAsync(point, static host => host.Add("web01", new AddVMNetworkAdapter { SwitchName = "lan" }), host => FurnishAsync(host, isRunning));
        var isThere = point == VmAdapterFaults.Plugged;
        Assert.Equal(isThere ? ["nic0", "nic1"] : ["nic0"], AdaptersOf(host).Select(static adapter => adapter.Name));
        if (isThere)
        {
            host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic1" });
        }

        CanGoOn(host, isRunning);
    }

    [Theory]
    [MemberData(nameof(RemovePoints))]
    public async Task One_that_was_half_removed_is_gone_or_there(string point)
    {
        await using var host = await KilledHost.AtAsync(
            point,
            static host => host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic1" }),
            async host =>
            {
                await FurnishAsync(host, isRunning: true);
                host.Add("web01", new AddVMNetworkAdapter { SwitchName = "lan" });
            });
        var isThere = point == VmAdapterFaults.RemoveRecorded;
        Assert.Equal(isThere ? ["nic0", "nic1"] : ["nic0"], AdaptersOf(host).Select(static adapter => adapter.Name));
        if (isThere)
        {
            host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic1" });
        }

        CanGoOn(host, isRunning: true);
    }

    private static VMNetworkAdapter[] AdaptersOf(TestHost host) => host.Invoke(Methods.GetVMNetworkAdapter, new GetVMNetworkAdapter { VMNames = ["web01"] }).Items;

    // By the address that it is told by DHCP, in both networks.
    private static async Task CallsAsync(TestHost host)
    {
        await Poll.UntilAsync(() => host.Run("web01", "ip link set eth1 up; udhcpc -i eth1 -n -q -t 5 -T 1 -s /usr/share/udhcpc/default.script >/dev/null 2>&1; ip -4 addr show dev eth1 2>/dev/null || true").Contains("10.144.2.77/"), "the address");
        Assert.Equal("both", host.Run("web01", "ping -c 1 -W 5 10.144.1.1 >/dev/null && ping -c 1 -W 5 10.144.2.1 >/dev/null && echo both"));
    }

    // A guest that lets go of its devices is wanted.
    private static Task FurnishAsync(TestHost host, bool isRunning)
    {
        host.Make("lan", VirtNetworkMode.Bridge, "10.144.1.0/24");
        host.New("web01");
        if (isRunning)
        {
            host.Boot("web01");
        }

        return Task.CompletedTask;
    }

    // The same address and the same port are free again.
    private static void CanGoOn(TestHost host, bool isRunning)
    {
        Assert.Equal(isRunning ? VMState.Running : VMState.Stopped, host.Get("web01").State);
        Assert.Equal("10.144.1.2", host.Add("web01", new AddVMNetworkAdapter { SwitchName = "lan", IPAddresses = ["10.144.1.2"] }).IPAddresses[0]);
        if (isRunning)
        {
            host.Stop("web01", turnOff: true);
        }

        host.Start("web01");
    }
}
