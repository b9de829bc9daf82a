using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Networks;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Network adapters that go into another network, the first one too, and their hardware addresses.</summary>
public sealed class AdapterNetworkTests
{
    private const string AskAnew = "udhcpc -i eth0 -n -q -t 5 -T 1 -s /usr/share/udhcpc/default.script >/dev/null 2>&1; ip -4 -o addr show eth0 | awk '{print $4}'";

    public static TheoryData<string> MovePoints => [.. VmAdapterFaults.Move];

    [Fact]
    public async Task The_first_goes_into_another_network_while_the_guest_runs_and_back_while_it_is_off()
    {
        await using var host = await TestHost.StartAsync();
        Furnish(host);
        var neighbour = host.Run(ContainerHost.Script("exec sleep 1000", "neighbour") with { Network = "lan2" });
        Assert.Equal("10.144.1.2", host.Boot("web01").IPAddresses[0]);
        host.Run("web01", "echo guest >/tmp/f; httpd -p 80 -h /tmp");
        var mac = host.Get("web01").MacAddress;
        Assert.Equal("guest", await host.AskAsync("127.0.0.1:8080"));
        var ups = host.Run("web01", "cat /sys/class/net/eth0/carrier_up_count");

        var moved = Set(host, new SetVMNetworkAdapter { SwitchName = "LAN2", IPAddresses = ["10.144.2.77"] });
        Assert.Equal(("nic0", "lan2", "10.144.2.77", mac), (moved.Name, moved.Network, Assert.Single(moved.IPAddresses), moved.MacAddress));
        await Poll.UntilAsync(() => host.Run("web01", "cat /sys/class/net/eth0/carrier_up_count") != ups, "the link's return");
        await Poll.UntilAsync(() => host.Run("web01", AskAnew).Contains("10.144.2.77/24", StringComparison.Ordinal), "the address");
        Assert.Equal("guest", host.Ask(neighbour, "web01"));
        Assert.Equal(("guest", "lan2"), (await host.AskAsync("127.0.0.1:8080"), host.Get("web01").Network));
        Assert.Equal(("", "neighbour,web01"), (UsersOf(host, "lan"), UsersOf(host, "lan2")));
        var rules = await host.RunAsync("nft", "list", "table", "inet", host.OwnNetworks().Single(static n => n.Name == "lan").BridgeName);
        Assert.DoesNotContain("10.144.1.2", rules, StringComparison.Ordinal);

        // Another agent goes on with it, and nothing holds the network that it has left.
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(("guest", "guest"), (host.Ask(neighbour, "web01"), await host.AskAsync("10.144.2.1:8080")));
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan" });
        host.Make("lan", VirtNetworkMode.Bridge, "10.144.1.0/24");

        host.Stop("web01", turnOff: true);
        Assert.Equal(("lan", "10.144.1.2", mac), Set(host, new SetVMNetworkAdapter { SwitchName = "lan" }) is var back ? (back.Network, back.IPAddresses[0], back.MacAddress) : default);
        Assert.Equal(("web01", "neighbour"), (UsersOf(host, "lan"), UsersOf(host, "lan2")));
        Assert.Equal("10.144.1.2", host.Boot("web01").IPAddresses[0]);
        Assert.Equal(["8080:80"], host.Get("web01").Ports);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_and_changes_nothing()
    {
        await using var host = await TestHost.StartAsync();
        Furnish(host);
        host.Make("in", VirtNetworkMode.Isolated, "10.144.3.0/24");
        var other = host.Run(ContainerHost.Script("exec sleep 1000", "other") with { Network = "lan2" });
        host.Add("web01", new AddVMNetworkAdapter());
        Assert.Equal("NetworkNotFound", Refused(host, new SetVMNetworkAdapter { SwitchName = "lam" }).Id);
        Assert.Equal("InvalidNetwork", Refused(host, new SetVMNetworkAdapter { SwitchName = "none" }).Id);
        Assert.Equal("NetworkNotSupported", Refused(host, new SetVMNetworkAdapter { SwitchName = "host" }).Id);
        Assert.Equal("InvalidPublish", Refused(host, new SetVMNetworkAdapter { SwitchName = "isolated" }).Id);
        Assert.Equal("InvalidPublish", Refused(host, new SetVMNetworkAdapter { SwitchName = "in" }).Id);
        Assert.Equal("InvalidIPAddress", Refused(host, new SetVMNetworkAdapter { IPAddresses = ["10.144.1.9"] }).Id);
        Assert.Equal("InvalidIPAddress", Refused(host, new SetVMNetworkAdapter { SwitchName = "lan", IPAddresses = ["10.144.1.9"] }).Id);
        Assert.Equal("AddressInUse", Refused(host, new SetVMNetworkAdapter { SwitchName = "lan2", IPAddresses = other.IPAddresses }).Id);
        Assert.Equal("lan2", host.Client.Invoke(Methods.SetVMNetworkAdapter, new SetVMNetworkAdapter { VMName = "web01", Name = "nic0", SwitchName = "lan2" }, new() { WhatIf = true }).Network);
        Assert.Equal(("web01", "other"), (UsersOf(host, "lan"), UsersOf(host, "lan2")));

        // QEMU's own networks are left and entered while it is off.
        host.Start("web01");
        Assert.Equal("NeedsStop", Refused(host, new SetVMNetworkAdapter { Name = "nic1", SwitchName = "lan" }).Id);
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", Publish = [] });
        Assert.Equal("NeedsStop", Refused(host, new SetVMNetworkAdapter { SwitchName = "user" }).Id);
        Assert.Equal("NeedsStop", host.Refused(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic0" }).Id);
        host.Stop("web01", turnOff: true);
        Assert.Equal("lan", Set(host, new SetVMNetworkAdapter { Name = "nic1", SwitchName = "lan" }).Network);
        Assert.Equal("user", Set(host, new SetVMNetworkAdapter { SwitchName = "user" }).Network);

        // Off, the first goes too, and what is left of it is nothing.
        host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic0" });
        Assert.Equal(("nic1", ""), (Assert.Single(AdaptersOf(host)).Name, host.Get("web01").Network));
        host.Start("web01");
        host.Stop("web01", turnOff: true);
        host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic1" });
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan" });
        host.Start("web01");
    }

    [Fact]
    public async Task A_hardware_address_is_one_adapters_in_each_network()
    {
        await using var host = await TestHost.StartAsync();
        Furnish(host);
        Assert.Equal("52:54:00:aa:bb:05", Set(host, new SetVMNetworkAdapter { MacAddress = "52-54-00-AA-BB-05" }).MacAddress);
        Assert.Equal("52:54:00:aa:bb:05", Set(host, new SetVMNetworkAdapter { MacAddress = "525400AABB05" }).MacAddress);
        var own = host.Refused(Methods.AddVMNetworkAdapter, new AddVMNetworkAdapter { VMName = "web01", SwitchName = "lan2", MacAddress = "52:54:00:AA:BB:05" });
        Assert.Equal((ErrorCode.Conflict, "MacAddressInUse"), (own.Code, own.Id));
        Assert.Contains("its adapter 'nic0' has it", own.Message, StringComparison.Ordinal);

        host.Invoke(Methods.NewVM, new NewVM { Name = "web02", Generation = 1, MemoryStartupBytes = 32L << 20, NoVHD = true, SwitchName = "lan2" });
        Assert.Equal("52:54:00:aa:bb:05", host.Invoke(Methods.SetVMNetworkAdapter, new SetVMNetworkAdapter { VMName = "web02", Name = "nic0", MacAddress = "525400aabb05" }).MacAddress);
        var taken = host.Refused(Methods.SetVMNetworkAdapter, new SetVMNetworkAdapter { VMName = "web02", Name = "nic0", SwitchName = "lan" });
        Assert.Equal((ErrorCode.Conflict, "MacAddressInUse"), (taken.Code, taken.Id));
        Assert.Contains("VM 'web01' has it", taken.Message, StringComparison.Ordinal);

        // A container's too; and whoever comes after an adapter that has kept one gets another.
        var container = host.Run(ContainerHost.Script("exec sleep 1000", "web") with { Network = "lan" });
        Assert.Contains("container 'web' has it", Refused(host, new SetVMNetworkAdapter { MacAddress = $"02:56:0a:90:01:{container.IPAddresses[0].Split('.')[3].PadLeft(2, '0')}" }).Message, StringComparison.Ordinal);
        Assert.Equal("52:54:00:aa:bb:05", AdaptersOf(host)[0].MacAddress);
        Set(host, new SetVMNetworkAdapter { MacAddress = "02:56:0a:90:01:04" });
        Assert.Equal("02:57:0a:90:01:04", host.Add("web02", new AddVMNetworkAdapter { SwitchName = "lan", IPAddresses = ["10.144.1.4"] }).MacAddress);
    }

    [Theory]
    [MemberData(nameof(MovePoints))]
    public async Task One_that_was_half_moved_is_here_or_there(string point)
    {
        await using var host = await KilledHost.AtAsync(point, static host => Set(host, new SetVMNetworkAdapter { SwitchName = "lan2" }), static host =>
        {
            Furnish(host);
            host.Boot("web01");
            host.Run("web01", "echo guest >/tmp/f; httpd -p 80 -h /tmp");
            return Task.CompletedTask;
        });
        var isThere = point is VmAdapterFaults.MoveStored or VmAdapterFaults.LinkDown;
        var network = isThere ? "2" : "1";
        Assert.Equal(isThere ? ("", "web01") : ("web01", ""), (UsersOf(host, "lan"), UsersOf(host, "lan2")));
        await Poll.UntilAsync(() => host.Run("web01", AskAnew).Contains($"10.144.{network}.", StringComparison.Ordinal), "the address");
        await Poll.UntilAsync(async () => await host.AskAsync("127.0.0.1:8080") == "guest", "the published service");

        // It goes on its way from either.
        Assert.Equal(isThere ? "lan" : "lan2", Set(host, new SetVMNetworkAdapter { SwitchName = isThere ? "lan" : "lan2" }).Network);
        await Poll.UntilAsync(() => host.Run("web01", AskAnew).Contains(isThere ? "10.144.1." : "10.144.2.", StringComparison.Ordinal), "the other address");
        Assert.Equal("guest", await host.AskAsync("127.0.0.1:8080"));
        Assert.Equal(isThere ? ("web01", "") : ("", "web01"), (UsersOf(host, "lan"), UsersOf(host, "lan2")));
    }

    private static void Furnish(TestHost host)
    {
        host.Make("lan", VirtNetworkMode.Bridge, "10.144.1.0/24");
        host.Make("lan2", VirtNetworkMode.Bridge, "10.144.2.0/24");
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "lan", Publish = ["8080:80"] });
    }

    private static VMNetworkAdapter Set(TestHost host, SetVMNetworkAdapter request) =>
        host.Invoke(Methods.SetVMNetworkAdapter, request with { VMName = "web01", Name = request.Name.Length > 0 ? request.Name : "nic0" });

    private static VirtException Refused(TestHost host, SetVMNetworkAdapter request) =>
        host.Refused(Methods.SetVMNetworkAdapter, request with { VMName = "web01", Name = request.Name.Length > 0 ? request.Name : "nic0" });

    private static VMNetworkAdapter[] AdaptersOf(TestHost host) => host.Invoke(Methods.GetVMNetworkAdapter, new GetVMNetworkAdapter { VMNames = ["web01"] }).Items;

    private static string UsersOf(TestHost host, string network) => string.Join(',', host.OwnNetworks().Single(one => one.Name == network).UsedBy);
}
