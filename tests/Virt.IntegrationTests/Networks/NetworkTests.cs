using System;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Networks;

/// <summary>The life of a network. That nothing is left of it is each test's end (TestHost).</summary>
public sealed class NetworkTests
{
    [Fact]
    public async Task A_network_is_a_bridge_with_the_host_s_address_and_a_table_and_both_go_with_it()
    {
        await using var host = await TestHost.StartAsync();
        var network = host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24", "fd20::/64");
        Assert.Equal(("virt0", "10.20.0.1", "fd20::1", 1500, ""), (network.BridgeName, network.Gateways[0], network.Gateways[1], network.MtuBytes, network.Status));
        var addresses = await host.RunAsync("ip", "-o", "address", "show", "dev", "virt0");
        Assert.Contains("10.20.0.1/24", addresses, StringComparison.Ordinal);
        Assert.Contains("fd20::1/64", addresses, StringComparison.Ordinal);
        var rules = await host.RunAsync("nft", "list", "table", "inet", "virt0");
        Assert.Contains("oifname != \"virt0\" ip saddr 10.20.0.0/24 masquerade", rules, StringComparison.Ordinal);
        Assert.Contains("fib daddr type local dnat ip to meta l4proto . th dport map @ports4", rules, StringComparison.Ordinal);
        Assert.Contains("dnat ip6 to ip6 daddr . meta l4proto . th dport map @bound6", rules, StringComparison.Ordinal);
        Assert.Equal("1", (await host.RunAsync("cat", "/proc/sys/net/ipv4/ip_forward")).Trim());
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "LAN" });
        Assert.Empty(host.OwnNetworks());
        Assert.Equal("0", (await host.RunAsync("cat", "/proc/sys/net/ipv4/ip_forward")).Trim());
        Assert.Equal("", await host.RunAsync("nft", "list", "ruleset"));
    }

    [Fact]
    public async Task A_host_that_forwarded_before_goes_on_with_that_and_one_that_did_not_does_so_for_us_alone()
    {
        await using var host = await TestHost.StartAsync();
        await host.RunAsync("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
        host.Make("lan");
        Assert.Equal("table inet virt0\n", await host.RunAsync("nft", "list", "tables"));
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan" });
        Assert.Equal("1", (await host.RunAsync("cat", "/proc/sys/net/ipv4/ip_forward")).Trim());
        await host.RunAsync("sh", "-c", "echo 0 >/proc/sys/net/ipv4/ip_forward");
        host.Make("lan");
        Assert.Contains("iifname != \"virt*\" oifname != \"virt*\" drop", await host.RunAsync("nft", "list", "table", "inet", "virt"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_free_subnet_is_chosen_that_nothing_on_the_host_has_a_route_to()
    {
        await using var host = await TestHost.MakeAsync();
        await host.RunAsync("ip", "link", "add", "other0", "type", "bridge");
        await host.RunAsync("ip", "address", "add", "10.144.0.9/24", "dev", "other0");
        await host.RunAsync("ip", "link", "set", "other0", "up");
        await host.StartAgentAsync();
        Assert.Equal(["10.144.1.0/24"], host.Make("a").Subnets);
        var both = host.Invoke(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "b", IPv6 = true });
        Assert.Equal(("10.144.2.0/24", "virt1", 2), (both.Subnets[0], both.BridgeName, both.Subnets.Length));
        var error = host.Refused(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "c", Subnets = ["10.144.0.0/16"] });
        Assert.Equal((ErrorCode.Conflict, "SubnetInUse"), (error.Code, error.Id));
        Assert.Equal("NetworkAlreadyExists", host.Refused(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "A" }).Id);
        Assert.Equal("UplinkNotFound", host.Refused(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "d", Uplink = "eth7", VlanId = 7 }).Id);
    }

    [Fact]
    public async Task A_network_that_is_used_cannot_be_removed_and_it_is_said_by_whom()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var container = host.Invoke(Methods.NewContainer, ContainerHost.Script("exit 0", "web") with { Network = "LAN" });
        Assert.Equal(("lan", "10.144.0.2"), (container.Network, Assert.Single(container.IPAddresses)));
        Assert.Equal(["web"], Assert.Single(host.OwnNetworks()).UsedBy);
        var error = host.Refused(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan" });
        Assert.Equal((ErrorCode.WrongState, "NetworkInUse", "Cannot remove network 'lan': container 'web' is in it."), (error.Code, error.Id, error.Message));
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id });
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan" });
        Assert.Equal("NetworkBuiltIn", host.Refused(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "host" }).Id);
        Assert.Equal("NetworkNotFound", host.Refused(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan" }).Id);
    }

    [Fact]
    public async Task A_change_is_in_force_at_once()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { Network = "lan", Publish = ["8080:80"] });
        var changed = host.Invoke(Methods.SetVirtNetwork, new SetVirtNetwork { Name = "lan", MtuBytes = 1400 });
        Assert.Equal(1400, changed.MtuBytes);
        Assert.Contains("mtu 1400", await host.RunAsync("ip", "-o", "link", "show", "virt0"), StringComparison.Ordinal);
        Assert.Equal("1400\n", host.Exec(container, "cat /sys/class/net/eth0/mtu").Output);
        Assert.Contains("tcp . 8080 : 10.144.0.2 . 80", await host.RunAsync("nft", "list", "map", "inet", "virt0", "ports4"), StringComparison.Ordinal);
        Assert.Equal("NetworkInUse", host.Refused(Methods.SetVirtNetwork, new SetVirtNetwork { Name = "lan", Mode = VirtNetworkMode.Isolated }).Id);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
        host.Invoke(Methods.SetVirtNetwork, new SetVirtNetwork { Name = "lan", Mode = VirtNetworkMode.Isolated });
        Assert.DoesNotContain("masquerade", await host.RunAsync("nft", "list", "table", "inet", "virt0"), StringComparison.Ordinal);
    }
}
