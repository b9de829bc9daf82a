using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Networks;

/// <summary>Containers in networks: addresses, names, ports.</summary>
public sealed class MemberTests
{
    private const string Sleep = "exec sleep 1000";

    [Fact]
    public async Task Members_reach_each_other_by_address_and_name_and_know_who_an_address_is()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24", "fd20::/64");
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan") with { IPAddresses = ["10.20.0.77"], HostName = "front" });
        var other = host.Run(ContainerHost.Script(Sleep, "other") with { Network = "lan" });
        Assert.Equal(["10.20.0.77", "fd20::2"], web.IPAddresses);
        Assert.Equal(["10.20.0.2", "fd20::3"], other.IPAddresses);
        Assert.Equal("front", host.Ask(other, "10.20.0.77"));
        Assert.Equal("front", host.Ask(other, "[fd20::2]"));
        foreach (var name in new[] { "web", "front", "web.lan" })
        {
            var looked = host.Exec(other, "nslookup " + name).Output;
            Assert.Contains("10.20.0.77", looked, StringComparison.Ordinal);
            Assert.Contains("fd20::2", looked, StringComparison.Ordinal);
        }

        Assert.Contains("name = web", host.Exec(other, "nslookup 10.20.0.77").Output, StringComparison.Ordinal);
        Assert.Equal("nameserver 10.20.0.1\nnameserver fd20::1\noptions ndots:0\n", host.Exec(other, "cat /etc/resolv.conf").Output);
        Assert.EndsWith("10.20.0.77\tfront\nfd20::2\tfront\n", host.Exec(web, "cat /etc/hosts").Output, StringComparison.Ordinal);
        host.Invoke(Methods.StopContainer, new StopContainer { Id = web.Id, TurnOff = true });
        Assert.DoesNotContain("10.20.0.77", host.Exec(other, "nslookup web").Output, StringComparison.Ordinal);
        host.Invoke(Methods.StartContainer, new StartContainer { Id = web.Id });
        Assert.Equal("10.20.0.77\n", host.Exec(web, "hostname -i | tr ' ' '\\n' | grep -v :").Output);
    }

    [Theory]
    [InlineData("10.20.0.0/24", false)]
    [InlineData("fd20::/64", true)]
    public async Task A_member_of_a_network_without_IPv6_has_no_address_of_its_own_making_and_a_port_of_the_host_never_has_one(string subnet, bool hasV6)
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, subnet);
        var member = host.Run(ContainerHost.Script(Sleep) with { Network = "lan" });

        // The kernel would have given them theirs before the call came back.
        Assert.Equal(hasV6, host.Exec(member, "cat /proc/net/if_inet6").Output.Contains("fe80", StringComparison.Ordinal));
        var ports = await host.RunAsync("sh", "-c", "ip -6 -o address show | grep fe80 | cut -d: -f2");
        Assert.DoesNotContain(" v", ports.Replace(" virt", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_address_or_a_port_cannot_be_is_refused_and_the_name_is_free_again()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/29");
        host.Make("in", VirtNetworkMode.Isolated);
        host.Run(ContainerHost.Script(Sleep, "first") with { Network = "lan", IPAddresses = ["10.20.0.4"], Publish = ["8080:80"] });
        var error = host.Refused(Methods.NewContainer, ContainerHost.Script(Sleep, "x") with { Network = "lan", IPAddresses = ["10.20.0.4"] });
        Assert.Equal((ErrorCode.Conflict, "AddressInUse", "Cannot create container 'x': the address '10.20.0.4' is taken, container 'first' has it."), (error.Code, error.Id, error.Message));
        Assert.Equal("InvalidIPAddress", host.Refused(Methods.NewContainer, ContainerHost.Script(Sleep, "x") with { Network = "lan", IPAddresses = ["10.20.0.1"] }).Id);
        Assert.Equal("InvalidPublish", host.Refused(Methods.NewContainer, ContainerHost.Script(Sleep, "x") with { Network = "in", Publish = ["80:80"] }).Id);
        Assert.Equal("InvalidPublish", host.Refused(Methods.NewContainer, ContainerHost.Script(Sleep, "x") with { Network = "lan", Publish = ["80-90:80"] }).Id);
        Assert.Equal("InvalidAllowFrom", host.Refused(Methods.NewContainer, ContainerHost.Script(Sleep, "x") with { Network = "lan", Publish = ["80:80"], AllowFrom = ["10.0.0.0/33"] }).Id);
        var nearest = host.Refused(Methods.NewContainer, ContainerHost.Script(Sleep, "x") with { Network = "lam" });
        Assert.Equal("Cannot create container 'x': there is no network 'lam'; did you mean 'lan'?", nearest.Message);
        var second = host.Refused(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script(Sleep, "second") with { Network = "lan", Publish = ["8080:81"] } });
        Assert.Equal((ErrorCode.Conflict, "PortInUse", "Cannot start container 'second': port 8080 of the host cannot be published, container 'first' publishes it."), (second.Code, second.Id, second.Message));
        Assert.Equal("HostAddressNotFound", host.Refused(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script(Sleep, "third") with { Network = "lan", Publish = ["192.0.2.1:8081:81"] } }).Id);
        host.Invoke(Methods.NewContainer, ContainerHost.Script(Sleep, "fourth") with { Network = "lan" });
        for (var i = 0; i < 2; i++)
        {
            host.Invoke(Methods.NewContainer, ContainerHost.Script(Sleep, "x") with { Network = "lan" });
            Assert.Equal("NoFreeAddress", host.Refused(Methods.NewContainer, ContainerHost.Script(Sleep, "y") with { Network = "lan" }).Id);
            host.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = "x" });
        }
    }

    [Fact]
    public async Task A_port_that_a_program_of_the_host_listens_at_is_not_published_and_one_that_is_published_is_no_program_s()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        host.StartProgram("busybox", "httpd", "-f", "-p", "127.0.0.1:8080", "-h", "/");
        await Poll.UntilAsync(async () => (await host.RunAsync("ss", "-ltn")).Contains(":8080", StringComparison.Ordinal), "the program");
        var error = host.Refused(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script(Sleep, "web") with { Network = "lan", Publish = ["8080:80"] } });
        Assert.Equal("Cannot start container 'web': port 8080 of the host cannot be published, another program of the host has it.", error.Message);
        host.Run(ContainerHost.Script(Sleep) with { Network = "lan", Publish = ["8081:80"] });
        Assert.Contains("Address already in use", await host.RunAsync("sh", "-c", "busybox httpd -f -p 8081 -h / 2>&1; true"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replaced_container_keeps_its_address_and_ports()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan") with { Publish = ["8080:80"] });
        Assert.Equal("web", await host.AskAsync("10.144.0.1:8080"));
        var answers = await host.DriveAsync(["build", $"{web.Id}", "echo new >/srv/new"], ["replace", $"{web.Id}", "last"]);
        Assert.Equal(2, answers.Count);
        var after = host.Get(web);
        Assert.Equal((1, ContainerState.Running, web.IPAddresses[0]), (after.Generation, after.State, after.IPAddresses[0]));
        await Poll.UntilAsync(async () => await host.AskAsync("10.144.0.1:8080") == "web", "the published service");
        Assert.Equal("new\n", host.Exec(web, "cat /srv/new").Output);
    }

    [Fact]
    public async Task A_member_s_own_name_servers_are_asked_in_place_of_the_host_s()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("a");
        var b = host.Make("b");
        host.Run(ContainerHost.Script(Sleep, "inb") with { Network = "b" });
        var ina = host.Run(ContainerHost.Script(Sleep, "ina") with { Network = "a", Dns = [b.Gateways[0]] });
        var searching = host.Run(ContainerHost.Script(Sleep) with { Network = "a", DnsSearch = ["example.org"], DnsOptions = ["timeout:2"] });
        Assert.Contains("10.144.1.2", host.Exec(ina, "nslookup inb").Output, StringComparison.Ordinal);
        Assert.Contains("10.144.0.2", host.Exec(ina, "nslookup ina").Output, StringComparison.Ordinal);
        Assert.Equal("search example.org\nnameserver 10.144.0.1\noptions ndots:0 timeout:2\n", host.Exec(searching, "cat /etc/resolv.conf").Output);

        // The name server of another network is for its own members.
        Assert.NotEqual(0, host.Exec(ina, $"nslookup -timeout=1 -retry=1 inb {b.Gateways[0]}").Exit.ExitCode);
        var onHost = host.Run(ContainerHost.Script(Sleep) with { Network = "host", Dns = ["192.0.2.53"] });
        Assert.StartsWith("nameserver 192.0.2.53\n", host.Exec(onHost, "cat /etc/resolv.conf").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_network_is_its_user_namespace_s_own_and_any_user_of_it_may_ask_and_listen()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var web = host.Run(ContainerHost.Script("exec httpd -f -p 80 -h /") with { Network = "lan", User = "1000" });
        host.Invoke(Methods.WaitContainer, new WaitContainer { Id = web.Id, For = WaitCondition.Port, Port = 80, Timeout = Poll.Limit });
        var root = host.Run(ContainerHost.Script(Sleep) with { Network = "lan", AddCapability = ["NET_ADMIN"] });
        Assert.Equal("2\n", host.Exec(root, "ip link set eth0 mtu 1400 && ip route add 192.0.2.0/24 via 10.144.0.1 && ip route | grep -c -e 192.0.2 -e default").Output);
        Assert.Equal("", host.Exec(web, "ip link set eth0 mtu 1300 2>/dev/null && echo changed").Output);
    }

    [Fact]
    public async Task A_renamed_container_is_found_by_its_new_name_and_its_volumes_say_so()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "data" });
        var web = host.Run(ContainerHost.Script(Sleep, "web") with { Network = "lan", Volumes = ["data:/data"], HostName = "front" });
        var other = host.Run(ContainerHost.Script(Sleep) with { Network = "lan" });
        host.Invoke(Methods.RenameContainer, new RenameContainer { Id = web.Id, NewName = "site" });
        Assert.Contains(web.IPAddresses[0], host.Exec(other, "nslookup site").Output, StringComparison.Ordinal);
        Assert.Contains(web.IPAddresses[0], host.Exec(other, "nslookup front").Output, StringComparison.Ordinal);
        Assert.DoesNotContain(web.IPAddresses[0], host.Exec(other, "nslookup web").Output, StringComparison.Ordinal);
        Assert.Equal(["site"], host.Invoke(Methods.GetVirtVolume, new GetVirtVolume()).Items[0].UsedBy);
        host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, HostName = "back", Volumes = [] });
        Assert.Contains(web.IPAddresses[0], host.Exec(other, "nslookup back").Output, StringComparison.Ordinal);
        Assert.Empty(host.Invoke(Methods.GetVirtVolume, new GetVirtVolume()).Items[0].UsedBy);
        host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Volumes = ["data:/again"] });
        Assert.Equal(["site"], host.Invoke(Methods.GetVirtVolume, new GetVirtVolume()).Items[0].UsedBy);
        Assert.Equal("again\n", host.Exec(web, "ls -d again").Output);
        var error = host.Refused(Methods.SetContainer, new SetContainer { Id = web.Id, Volumes = ["dat:/again"] });
        Assert.Equal(("VolumeNotFound", "Cannot change container 'site': there is no volume 'dat'; did you mean 'data'?"), (error.Id, error.Message));
    }

    [Fact]
    public async Task A_renamed_container_gives_its_name_up_to_the_next_one()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var old = host.Run(ContainerHost.Script(Sleep, "web") with { Network = "lan" });
        host.Invoke(Methods.RenameContainer, new RenameContainer { Id = old.Id, NewName = "web-old" });
        var web = host.Run(ContainerHost.Script(Sleep, "web") with { Network = "lan" });
        var posing = host.Run(ContainerHost.Script(Sleep, "posing") with { Network = "lan", HostName = "web" });
        var looked = host.Exec(posing, "nslookup web").Output;
        Assert.Contains(web.IPAddresses[0], looked, StringComparison.Ordinal);
        Assert.DoesNotContain(old.IPAddresses[0], looked, StringComparison.Ordinal);
        Assert.DoesNotContain("Address: " + posing.IPAddresses[0], looked.Replace("Address 1: ", "Address: ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(old.IPAddresses[0], host.Exec(posing, "nslookup web-old").Output, StringComparison.Ordinal);
        host.Invoke(Methods.StopContainer, new StopContainer { Id = old.Id, TurnOff = true });
        host.Invoke(Methods.StartContainer, new StartContainer { Id = old.Id });
        Assert.Equal("web-old\n", host.Exec(old, "hostname").Output);
    }

    [Fact]
    public async Task Many_starts_and_stops_at_once_leave_no_port_and_no_name_behind()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var containers = Enumerable.Range(0, 10).Select(i => host.Invoke(Methods.NewContainer, ContainerHost.Script(Sleep, $"c{i}") with { Network = "lan", Publish = [$"{8000 + i}:80"] })).ToList();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() =>
        {
            using var client = VirtClient.Connect(host.Endpoint, "tests/1");
            var id = containers[i % containers.Count].Id;
            foreach (var act in new Action[] { () => client.Invoke(Methods.StartContainer, new StartContainer { Id = id }), () => client.Invoke(Methods.StopContainer, new StopContainer { Id = id, TurnOff = true }) })
            {
                try
                {
                    act();
                }
                catch (VirtException e) when (e.Code == ErrorCode.WrongState)
                {
                    // Another one has been quicker.
                }
            }
        })));
        var rules = await host.RunAsync("nft", "list", "table", "inet", "virt0");
        Assert.DoesNotContain(" : 10.144.0.", rules, StringComparison.Ordinal);
        await Poll.UntilAsync(async () => !(await host.RunAsync("ip", "-o", "link")).Contains("master virt0", StringComparison.Ordinal), "the end of all links");
        var asker = host.Run(ContainerHost.Script(Sleep) with { Network = "lan", Publish = ["8000-8009:80-89"] });
        Assert.NotEqual(0, host.Exec(asker, "nslookup c0.lan").Exit.ExitCode);
    }

    [Fact]
    public async Task A_port_is_found_open_also_where_only_its_own_address_is_listened_at()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var web = host.Run(ContainerHost.Script("exec httpd -f -p 10.144.0.2:80 -h /") with { Network = "lan" });
        host.Invoke(Methods.WaitContainer, new WaitContainer { Id = web.Id, For = WaitCondition.Port, Port = 80, Timeout = Poll.Limit });
        Assert.Equal("02:56:0a:90:00:02\n", host.Exec(web, "cat /sys/class/net/eth0/address").Output);
    }
}
