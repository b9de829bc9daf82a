using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Networks;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>What machines start from: drives and the network.</summary>
public sealed class BootOrderTests
{
    [Fact]
    public async Task What_goes_leaves_the_order_and_nothing_is_named_twice()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDSizeBytes = 16 << 20 });
        host.Add("web01", new AddVMDrive { Type = VMDriveType.Dvd });
        Assert.Equal(["dvd0", "disk0"], Set(host, "dvd0", "disk0").BootOrder);
        var twice = host.Refused(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", BootOrder = ["disk0", "DVD0", "dvd0"] });
        Assert.Equal((ErrorCode.InvalidArgument, "InvalidBootOrder", "Set-VMFirmware web01 -BootOrder disk0, dvd0"), (twice.Code, twice.Id, twice.RecommendedAction));
        host.Invoke(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "web01", Name = "dvd0", Type = VMDriveType.Dvd });
        Assert.Equal(["disk0"], Order(host));
        host.Add("web01", new AddVMDrive { Type = VMDriveType.Dvd });
        Assert.Equal(["disk0", "dvd0"], Order(host));
        Assert.Equal(["nic0", "disk0", "dvd0"], Set(host, "NIC0", "disk0").BootOrder);
        host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic0" });
        Assert.Equal(["disk0", "dvd0"], Order(host));
        Assert.Equal("VMDriveNotFound", host.Refused(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", BootOrder = ["nic0"] }).Id);
        host.Start("web01");
    }

    [Theory]
    [InlineData(1, VMNetworkAdapterModel.Virtio)]
    [InlineData(1, VMNetworkAdapterModel.E1000e)]
    [InlineData(2, VMNetworkAdapterModel.Virtio)]
    public async Task A_machine_asks_its_network_for_something_to_start_only_where_it_shall(int generation, VMNetworkAdapterModel model)
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.144.1.0/24");
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = generation, MemoryStartupBytes = 128L << 20, NoVHD = true, SwitchName = "lan" });
        host.Invoke(Methods.SetVMNetworkAdapter, new SetVMNetworkAdapter { VMName = "web01", Name = "nic0", Model = model });
        Assert.Equal("nic0", Set(host, "nic0").BootOrder[0]);
        host.Start("web01");
        Assert.Equal("VMWrongState", host.Refused(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", BootOrder = [] }).Id);

        // What it sends is its question for an address: it has no other system.
        await Poll.UntilAsync(async () => await SentAsync(host) > 0, "its first packet");
        host.Stop("web01", turnOff: true);
        Assert.Empty(Set(host).BootOrder);
    }

    [Fact]
    public async Task One_that_starts_its_kernel_looks_for_nothing()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        Assert.Equal("StartsKernel", host.Refused(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", BootOrder = ["nic0"] }).Id);
    }

    private static VMFirmware Set(TestHost host, params string[] order) => host.Invoke(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", BootOrder = order });

    private static string[] Order(TestHost host) => host.Invoke(Methods.GetVMFirmware, new GetVMFirmware { Names = ["web01"] }).Items.Single().BootOrder;

    // The link's other end receives what the machine sends.
    private static async Task<long> SentAsync(TestHost host) =>
        long.Parse(await host.RunAsync("sh", "-c", "ip -s -o link show type tun | awk '{ for (i = 1; i <= NF; i++) if ($i == \"RX:\") { print $(i + 8); exit } }' | grep . || echo 0"), System.Globalization.CultureInfo.InvariantCulture);
}
