using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Networks;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>A machine that is in a network of its host goes to the network of that name of another.</summary>
public sealed class MoveNetworkTests
{
    [Fact]
    public async Task A_machine_in_a_network_keeps_its_address_and_ports_in_the_one_of_that_name()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
        var made = pair.A.Invoke(
            Methods.NewVM,
            new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "lan", IPAddresses = ["10.20.0.9"], Publish = ["8080:80"], NoVHD = true });
        pair.A.Boot("web01");
        pair.A.Run("web01", "echo guest >/tmp/f; httpd -p 80 -h /tmp");
        Assert.Equal("guest", await pair.A.AskAsync("10.20.0.1:8080"));

        var missing = Assert.Single(Problems(pair));
        Assert.Equal(("NetworkMissing", "New-VirtNetwork -Name lan -Subnet 10.20.0.0/24 -ComputerName b"), (missing.Id, missing.FixCommand));
        pair.B.Make("lan", VirtNetworkMode.Bridge, "10.30.0.0/24");
        Assert.Equal(["NetworkDiffers"], Problems(pair).Select(static p => p.Id));
        pair.B.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan" });
        pair.B.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
        var other = pair.B.Run(ContainerHost.Script("exec sleep 1000", "other") with { Network = "lan", IPAddresses = ["10.20.0.9"], Publish = ["8080:80"] });
        var problems = Problems(pair);
        Assert.Equal(["AddressInUse", "PortInUse"], problems.Select(static p => p.Id));
        Assert.All(problems, static p => Assert.Contains("container 'other'", p.Message, StringComparison.Ordinal));
        Assert.Equal("AddressInUse", pair.A.Refused(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b" }).Id);
        pair.B.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = other.Id, Force = true });

        HostPair.Move(pair.A, "web01", "b");
        await CheckMoved(pair.B, pair.A);
        await pair.RestartAsync(pair.B);
        await CheckMoved(pair.B, pair.A);

        // A stopped one keeps its place too, and its old one is free for others meanwhile.
        pair.B.Stop("web01");
        HostPair.Move(pair.B, "web01", "a");
        Assert.Empty(pair.B.OwnNetworks()[0].UsedBy);
        pair.A.Boot("web01");
        pair.A.Run("web01", "echo guest >/tmp/f; httpd -p 80 -h /tmp");
        await CheckMoved(pair.A, pair.B);

        async Task CheckMoved(TestHost mine, TestHost others)
        {
            var vm = mine.Wait("web01", WaitCondition.IPAddress);
            Assert.Equal((made.MacAddress, "lan", "10.20.0.9", "8080:80"), (vm.MacAddress, vm.Network, Assert.Single(vm.IPAddresses), Assert.Single(vm.Ports)));

            // The guest still believes that its gateway has the hardware address that it had over there.
            mine.Run("web01", "ping -c 1 -W 5 10.20.0.1 >/dev/null");
            Assert.Equal("guest", await mine.AskAsync("10.20.0.1:8080"));
            Assert.Equal("web01", Assert.Single(mine.OwnNetworks()[0].UsedBy));
            Assert.Empty(others.OwnNetworks()[0].UsedBy);
            Assert.DoesNotContain("10.20.0.9", await others.RunAsync("nft", "list", "table", "inet", "virt0"), StringComparison.Ordinal);
            Assert.Equal("", await others.AskAsync("10.20.0.1:8080"));
        }
    }

    [Fact]
    public async Task Each_of_several_adapters_comes_to_the_network_of_its_name_live_and_off()
    {
        await using var pair = await HostPair.StartAsync();
        foreach (var (name, subnet) in new[] { ("lan", "10.20.0.0/24"), ("lan2", "10.21.0.0/24") })
        {
            pair.A.Make(name, VirtNetworkMode.Bridge, subnet);
        }

        pair.B.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "lan", NoVHD = true });
        pair.A.Add("web01", new AddVMNetworkAdapter { SwitchName = "lan2", IPAddresses = ["10.21.0.77"] });
        pair.A.Boot("web01");

        // One that came while the guest ran goes along too.
        pair.A.Add("web01", new AddVMNetworkAdapter { SwitchName = "lan" });
        await Poll.UntilAsync(() => pair.A.Run("web01", "ls /sys/class/net | grep -c eth || true") == "3", "the adapter");
        pair.A.Run("web01", "ip link set eth1 up; ip addr add 10.21.0.77/24 dev eth1; ping -c 1 -W 5 10.21.0.1 >/dev/null");
        var missing = Assert.Single(Problems(pair));
        Assert.Equal(("NetworkMissing", "lan2", "New-VirtNetwork -Name lan2 -Subnet 10.21.0.0/24 -ComputerName b"), (missing.Id, missing.Target, missing.FixCommand));
        Assert.Equal("NetworkMissing", pair.A.Refused(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b" }).Id);
        Assert.Empty(pair.B.OwnNetworks()[0].UsedBy);
        pair.B.Make("lan2", VirtNetworkMode.Bridge, "10.21.0.0/24");
        var before = AdaptersOf(pair.A);

        HostPair.Move(pair.A, "web01", "b");
        Assert.Equal(before, AdaptersOf(pair.B));
        Assert.All(pair.A.OwnNetworks(), static network => Assert.Empty(network.UsedBy));
        pair.B.Run("web01", "ping -c 1 -W 5 10.20.0.1 >/dev/null; ping -c 1 -W 5 10.21.0.1 >/dev/null");
        await pair.RestartAsync(pair.B);
        pair.B.Run("web01", "ping -c 1 -W 5 10.21.0.1 >/dev/null");
        pair.B.Stop("web01");
        HostPair.Move(pair.B, "web01", "a");
        Assert.Equal(before, AdaptersOf(pair.A));
        Assert.All(pair.B.OwnNetworks(), static network => Assert.Empty(network.UsedBy));
        pair.A.Boot("web01");

        static (string Name, string Network, string Mac, string Addresses)[] AdaptersOf(TestHost host) =>
            [.. host.Invoke(Methods.GetVMNetworkAdapter, new GetVMNetworkAdapter { VMNames = ["web01"] }).Items.Select(static adapter => (adapter.Name, adapter.Network, adapter.MacAddress, string.Join(' ', adapter.IPAddresses)))];
    }

    private static PlanProblem[] Problems(HostPair pair) => pair.A.Invoke(Methods.CompareVM, new CompareVM { Name = "web01", DestinationHost = "b" }).Problems;
}
