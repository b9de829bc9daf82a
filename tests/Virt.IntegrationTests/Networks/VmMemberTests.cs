using System;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Networks;

/// <summary>VMs in networks, beside containers: addresses by DHCP, names, ports.</summary>
public sealed class VmMemberTests
{
    private const string Sleep = "exec sleep 1000";

    [Fact]
    public async Task A_guest_gets_the_address_that_is_shown_and_finds_containers_by_name_and_they_it()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24", "fd20::/64");
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan"));
        var made = host.Invoke(Methods.NewVM, Machine("web01") with { Publish = ["8080:80"] });
        Assert.Equal(("lan", "02:56:0a:14:00:03"), (made.Network, made.MacAddress));
        host.Start("web01");
        Assert.Equal(["10.20.0.3"], host.Get("web01").IPAddresses);
        Assert.Equal("10.20.0.3", host.Wait("web01", WaitCondition.IPAddress).IPAddresses[0]);
        Assert.Equal("10.20.0.3/24", host.Run("web01", "ip -4 -o addr show eth0 | awk '{print $4}'"));
        Assert.Equal("default via 10.20.0.1 dev eth0", host.Run("web01", "ip route | grep default"));
        Assert.Equal("nameserver 10.20.0.1", host.Run("web01", "cat /etc/resolv.conf"));
        Assert.Equal("web", Fetch(host, "web"));
        Assert.Equal("web", Fetch(host, "web.lan"));
        Assert.Contains("name = web", host.Run("web01", "nslookup 10.20.0.2"), StringComparison.Ordinal);

        host.Run("web01", "echo guest >/tmp/f; httpd -p 80 -h /tmp");
        Assert.Equal("guest", host.Ask(web, "web01"));
        Assert.Equal("guest", host.Ask(web, "web01.lan"));
        Assert.Contains("name = web01", host.Exec(web, "nslookup 10.20.0.3").Output, StringComparison.Ordinal);
        Assert.Equal("guest", await host.AskAsync("127.0.0.1:8080"));
        Assert.Equal(["8080:80"], host.Get("web01").Ports);

        host.Stop("web01", turnOff: true);
        Assert.NotEqual(0, host.Exec(web, "nslookup web01.lan").Exit.ExitCode);
        Assert.DoesNotContain("10.20.0.3", await host.RunAsync("nft", "list", "table", "inet", "virt0"), StringComparison.Ordinal);
        Assert.DoesNotContain("master virt0", (await host.RunAsync("ip", "-o", "link", "show", "type", "tun")), StringComparison.Ordinal);
        host.Boot("web01");
        Assert.Equal("10.20.0.3/24", host.Run("web01", "ip -4 -o addr show eth0 | awk '{print $4}'"));
    }

    [Fact]
    public async Task Without_an_agent_a_guest_stays_in_its_network_and_the_next_agent_goes_on_with_it()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var other = host.Run(ContainerHost.Script(Sleep, "other") with { Network = "lan" });
        host.Invoke(Methods.NewVM, Machine("web01") with { IPAddresses = ["10.144.0.77"], Publish = ["8080:80"] });
        Assert.Equal("10.144.0.77", host.Boot("web01").IPAddresses[0]);
        host.Run("web01", "echo guest >/tmp/f; httpd -p 80 -h /tmp");
        await host.KillAgentAsync();
        Assert.Equal("guest", await host.AskAsync("10.144.0.1:8080"));
        await host.StartAgentAsync();
        Assert.Equal("guest", await host.AskAsync("10.144.0.1:8080"));
        Assert.Equal("guest", host.Ask(other, "web01"));
        host.Run("web01", "udhcpc -i eth0 -n -q -t 5 -T 1 -s /usr/share/udhcpc/default.script");
        Assert.Equal("10.144.0.77/24", host.Run("web01", "ip -4 -o addr show eth0 | awk '{print $4}'"));
        Assert.Equal("PortInUse", host.Refused(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script(Sleep) with { Network = "lan", Publish = ["8080:80"] } }).Id);
        Assert.Contains("web01", Assert.Single(host.OwnNetworks()).UsedBy);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = other.Id, Force = true });
        Assert.Contains("VM 'web01' are in it.", host.Refused(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan" }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_an_isolated_network_a_guest_has_an_address_and_no_way_out()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("in", VirtNetworkMode.Isolated);
        var web = await host.ServeAsync(NetworkHost.Server("web", "in"));
        host.Invoke(Methods.NewVM, Machine("web01") with { SwitchName = "in" });
        Assert.Equal("10.144.0.3", host.Boot("web01").IPAddresses[0]);
        Assert.Equal("", host.Run("web01", "ip route | grep default || true"));
        Assert.Equal("web", Fetch(host, "web"));
        Assert.Contains(web.IPAddresses[0], host.Run("web01", "nslookup web"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_that_goes_on_from_a_checkpoint_is_in_its_network_as_before()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan"));
        host.Invoke(Methods.NewVM, Machine("web01") with { NoVHD = false, NewVHDSizeBytes = 64L << 20, Publish = ["8080:80"] });
        host.Boot("web01");
        host.Run("web01", "echo guest >/tmp/f; httpd -p 80 -h /tmp");
        host.Checkpoint("web01", "a");
        host.Run("web01", "killall httpd");
        host.Restore("web01", "a");
        host.Wait("web01", WaitCondition.GuestAgent);
        Assert.Equal("guest", host.Ask(web, "web01"));
        Assert.Equal("guest", await host.AskAsync("127.0.0.1:8080"));
        Assert.Equal("web", Fetch(host, "web"));
    }

    [Theory]
    [InlineData("vm.start.connected")]
    [InlineData("vm.start.launched")]
    public async Task After_a_kill_at_any_step_of_its_start_a_machine_runs_in_its_network_or_is_not_in_it(string point)
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = point + "=kill";
        await host.StartAgentAsync();
        host.Make("lan");
        host.Invoke(Methods.NewVM, Empty("web01") with { Publish = ["8080:80"] });
        Assert.Throws<VirtException>(() => host.Start("web01"));
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        var runs = point == "vm.start.launched";
        Assert.Equal(runs ? VMState.Running : VMState.Stopped, host.Get("web01").State);
        Assert.Equal(runs, (await host.RunAsync("nft", "list", "table", "inet", "virt0")).Contains("8080", StringComparison.Ordinal));
        Assert.Equal(runs, (await host.RunAsync("ip", "-o", "link")).Contains("master virt0", StringComparison.Ordinal));
        if (!runs)
        {
            host.Start("web01");
            Assert.Contains("master virt0", await host.RunAsync("ip", "-o", "link"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("vm.start.connected")]
    [InlineData("vm.start.launched")]
    public async Task A_start_that_fails_takes_back_what_it_had_made_of_the_network(string point)
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = point + "=fail";
        await host.StartAgentAsync();
        host.Make("lan");
        host.Invoke(Methods.NewVM, Empty("web01") with { Publish = ["8080:80"] });
        Assert.Equal("FaultInjected", host.Refused(Methods.StartVM, new StartVM { Name = "web01" }).Id);
        Assert.DoesNotContain("8080", await host.RunAsync("nft", "list", "table", "inet", "virt0"), StringComparison.Ordinal);
        Assert.DoesNotContain("master virt0", await host.RunAsync("ip", "-o", "link"), StringComparison.Ordinal);
        host.Run(ContainerHost.Script(Sleep) with { Network = "lan", Publish = ["8080:80"] });
    }

    [Fact]
    public async Task What_it_cannot_have_is_refused_and_the_address_is_free_again()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24", "fd20::/64");
        host.Make("six", VirtNetworkMode.Bridge, "fd21::/64");
        Assert.Equal("NoInternet4", host.Refused(Methods.NewVM, Empty("a") with { SwitchName = "six" }).Id);
        Assert.Equal("Cannot create VM 'a': there is no network 'lam'; did you mean 'lan'?", host.Refused(Methods.NewVM, Empty("a") with { SwitchName = "lam" }).Message);
        Assert.Equal("InvalidIPAddress", host.Refused(Methods.NewVM, Empty("a") with { IPAddresses = ["fd20::9"] }).Id);
        Assert.Equal("InvalidName", host.Refused(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "User" }).Id);
        host.Invoke(Methods.NewVM, Empty("a") with { IPAddresses = ["10.20.0.9"], Publish = ["8080:80"] });
        var taken = host.Refused(Methods.NewContainer, ContainerHost.Script(Sleep, "x") with { Network = "lan", IPAddresses = ["10.20.0.9"] });
        Assert.Equal("Cannot create container 'x': the address '10.20.0.9' is taken, VM 'a' has it.", taken.Message);
        host.Start("a");
        host.Invoke(Methods.NewVM, Empty("b") with { Publish = ["8080:80"] });
        var port = host.Refused(Methods.StartVM, new StartVM { Name = "b" });
        Assert.Equal(("PortInUse", "Cannot start VM 'b': port 8080 of the host cannot be published, VM 'a' publishes it."), (port.Id, port.Message));
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "a", Force = true });
        host.Start("b");
        host.Run(ContainerHost.Script(Sleep, "x") with { Network = "lan", IPAddresses = ["10.20.0.9"] });
    }

    private static string Fetch(TestHost host, string from) => host.Run("web01", $"wget -qO- http://{from}/f");

    private static NewVM Machine(string name) => new() { Name = name, Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, NoVHD = true, SwitchName = "lan" };

    private static NewVM Empty(string name) => new() { Name = name, Generation = 1, MemoryStartupBytes = 32L << 20, NoVHD = true, SwitchName = "lan" };
}
