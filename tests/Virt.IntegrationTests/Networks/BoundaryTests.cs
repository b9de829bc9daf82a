using System;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Networks;

/// <summary>Who reaches whom, and who does not: seen from a second host at the other end of a cable.</summary>
public sealed class BoundaryTests
{
    private const string Here = "10.9.0.1", There = "10.9.0.2";

    [Fact]
    public async Task From_outside_published_ports_are_reached_and_nothing_else()
    {
        await using var host = await TestHost.StartAsync();
        await using var outside = await OutsideAsync(host);
        host.Make("lan");
        await host.ServeAsync(NetworkHost.Server("open", "lan") with { Publish = ["8080:80"] });
        await host.ServeAsync(NetworkHost.Server("local", "lan") with { Publish = ["127.0.0.1:8081:80"] });
        var inside = await host.ServeAsync(NetworkHost.Server("inside", "lan"));
        Assert.Equal("open", await outside.AskAsync(Here + ":8080"));
        Assert.Equal("", await outside.AskAsync(Here + ":8081"));
        Assert.Equal("", await outside.AskAsync("10.144.0.4"));
        Assert.Equal("open", await host.AskAsync("127.0.0.1:8080"));
        Assert.Equal("local", await host.AskAsync("127.0.0.1:8081"));
        Assert.Equal("open", await host.AskAsync(Here + ":8080"));
        Assert.Equal("open", host.Ask(inside, Here + ":8080"));

        // A member must not come to the host's loopback, although the host's loopback comes to members.
        host.StartProgram("busybox", "httpd", "-f", "-p", "127.0.0.1:9000", "-h", "/etc");
        await Poll.UntilAsync(async () => (await host.RunAsync("sh", "-c", "busybox wget -qO- http://127.0.0.1:9000/passwd; true")).Length > 0, "the program");
        host.Exec(inside, "ip route add 127.0.0.1/32 via 10.144.0.1 dev eth0 table local 2>/dev/null; ip link set lo down 2>/dev/null");
        Assert.Equal("", host.Exec(inside, "timeout 2 wget -qO- http://127.0.0.1:9000/passwd").Output);
    }

    [Fact]
    public async Task Members_of_a_bridge_reach_the_outside_under_the_host_s_address_of_a_routed_one_under_their_own()
    {
        await using var host = await TestHost.StartAsync();
        await using var outside = await OutsideAsync(host);
        await outside.StartAgentAsync();
        await outside.ServeAsync(ContainerHost.Script("mkdir -p /tmp/cgi-bin; printf '#!/bin/sh\\necho; echo $REMOTE_ADDR\\n' >/tmp/cgi-bin/a; chmod +x /tmp/cgi-bin/a; echo x >/tmp/f; exec httpd -f -p 80 -h /tmp") with { Network = "host", UserNamespace = ContainerUserNamespace.Host });
        host.Make("lan");
        var routed = host.Make("far", VirtNetworkMode.Routed);
        var first = host.Run(ContainerHost.Script("exec sleep 1000") with { Network = "lan" });
        var second = await host.ServeAsync(NetworkHost.Server("second", "far"));
        Assert.Contains(Here, host.Exec(first, $"wget -qO- http://{There}/cgi-bin/a").Output, StringComparison.Ordinal);
        Assert.Contains(second.IPAddresses[0], host.Exec(second, $"wget -qO- http://{There}/cgi-bin/a").Output, StringComparison.Ordinal);
        Assert.Equal("second", await outside.AskAsync(second.IPAddresses[0]));
        Assert.Equal(["10.144.1.0/24"], routed.Subnets);

        // Networks of one host do not reach each other.
        Assert.Equal("", host.Ask(first, second.IPAddresses[0]));
    }

    [Fact]
    public async Task By_IPv6_too_members_go_out_under_the_host_s_address_and_published_ports_are_reached_and_nothing_else()
    {
        const string Near = "fd09::1", Far = "fd09::2";
        await using var host = await TestHost.StartAsync();
        await using var outside = await OutsideAsync(host);
        foreach (var (one, address) in new[] { (host, Near), (outside, Far) })
        {
            await one.RunAsync("ip", "-6", "address", "add", address + "/64", "dev", "link0", "nodad");
        }

        await outside.RunAsync("ip", "-6", "route", "add", "fd20::/64", "via", Near);
        await Poll.UntilAsync(async () => (await outside.RunAsync("sh", "-c", $"busybox ping -6 -c 1 -W 1 {Near} || true")).Contains(", 0% packet loss", StringComparison.Ordinal), "the cable's IPv6");
        await outside.StartAgentAsync();
        await outside.ServeAsync(ContainerHost.Script("mkdir -p /tmp/cgi-bin; printf '#!/bin/sh\\necho; echo $REMOTE_ADDR\\n' >/tmp/cgi-bin/a; chmod +x /tmp/cgi-bin/a; echo x >/tmp/f; exec httpd -f -p [::]:80 -h /tmp") with { Network = "host", UserNamespace = ContainerUserNamespace.Host });
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24", "fd20::/64");
        var open = await host.ServeAsync(NetworkHost.Server("open", "lan") with { Publish = ["8080:80", $"[{Near}]:8081:80"], AllowFrom = ["fd09::/64"] });
        await host.ServeAsync(NetworkHost.Server("no", "lan") with { Publish = ["8082:80"], AllowFrom = ["fd77::/64"] });
        Assert.Equal("open", await outside.AskAsync($"[{Near}]:8080"));
        Assert.Equal("open", await outside.AskAsync($"[{Near}]:8081"));
        Assert.Equal("", await outside.AskAsync($"[{Near}]:8082"));
        Assert.Equal("", await outside.AskAsync("[fd20::2]"));
        Assert.Equal("", await outside.AskAsync(Here + ":8080"));
        Assert.Contains(Near, host.Exec(open, $"wget -qO- http://[{Far}]/cgi-bin/a").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_those_come_to_a_published_port_who_are_allowed()
    {
        await using var host = await TestHost.StartAsync();
        await using var outside = await OutsideAsync(host);
        host.Make("lan");
        host.Make("other");
        var yes = await host.ServeAsync(NetworkHost.Server("yes", "lan") with { Publish = ["8080:80"], AllowFrom = ["10.9.0.0/30", "10.9.0.2", "10.144.1.0/24"] });
        await host.ServeAsync(NetworkHost.Server("no", "lan") with { Publish = ["8081:80"], AllowFrom = ["192.0.2.0/24"] });
        var neighbour = host.Run(ContainerHost.Script("exec sleep 1000") with { Network = "other" });
        Assert.Equal(["10.9.0.0/30", "10.144.1.0/24"], yes.AllowFrom);
        Assert.Equal("yes", await outside.AskAsync(Here + ":8080"));
        Assert.Equal("", await outside.AskAsync(Here + ":8081"));
        Assert.Equal("no", await host.AskAsync(Here + ":8081"));
        Assert.Equal("yes", host.Ask(neighbour, Here + ":8080"));
        Assert.Equal("", host.Ask(neighbour, Here + ":8081"));
        host.Invoke(Methods.StopContainer, new StopContainer { Id = yes.Id, TurnOff = true });
        Assert.DoesNotContain(yes.IPAddresses[0], await host.RunAsync("nft", "list", "table", "inet", "virt0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_host_s_firewall_does_not_let_through_stays_closed()
    {
        await using var host = await TestHost.StartAsync();
        await using var outside = await OutsideAsync(host);
        await host.RunAsync("nft", "add table inet fw; add chain inet fw forward { type filter hook forward priority 10; policy drop; }");
        host.Make("lan");
        await host.ServeAsync(NetworkHost.Server("web", "lan") with { Publish = ["8080:80"] });
        Assert.Equal("", await outside.AskAsync(Here + ":8080"));
        await host.RunAsync("nft", "add rule inet fw forward accept");
        Assert.Equal("web", await outside.AskAsync(Here + ":8080"));
        await host.RunAsync("nft", "delete table inet fw");
    }

    [Fact]
    public async Task Nothing_leaves_an_isolated_network()
    {
        await using var host = await TestHost.StartAsync();
        await using var outside = await OutsideAsync(host);
        var network = host.Make("in", VirtNetworkMode.Isolated);
        host.StartProgram("busybox", "httpd", "-f", "-p", "9000", "-h", "/etc");
        var web = await host.ServeAsync(NetworkHost.Server("web", "in"));
        var other = host.Run(ContainerHost.Script("exec sleep 1000") with { Network = "in" });
        Assert.Equal("web", host.Ask(other, web.IPAddresses[0]));
        Assert.Contains(web.IPAddresses[0], host.Exec(other, "nslookup web").Output, StringComparison.Ordinal);
        Assert.Equal("", host.Exec(other, "ip route | grep default").Output);
        Assert.NotEqual(0, host.Exec(other, $"timeout 2 wget -q -O- http://{network.Gateways[0]}:9000/passwd").Exit.ExitCode);
        Assert.NotEqual(0, host.Exec(other, "nslookup example.org").Exit.ExitCode);
        Assert.Equal("", await outside.AskAsync(web.IPAddresses[0]));
    }

    private static async Task<TestHost> OutsideAsync(TestHost host)
    {
        var outside = await TestHost.MakeAsync();
        await host.JoinAsync(outside, Here, There);
        await outside.RunAsync("ip", "route", "add", "10.144.0.0/12", "via", Here);
        return outside;
    }
}
