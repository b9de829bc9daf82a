using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Networks;

/// <summary>Containers that stand in several networks.</summary>
public sealed class SeveralTests
{
    private const string Sleep = "exec sleep 1000";

    [Fact]
    public async Task One_that_runs_comes_into_another_network_and_is_found_in_both_by_the_address_that_it_has_there()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
        host.Make("dmz", VirtNetworkMode.Bridge, "10.30.0.0/24", "fd30::/64");
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan") with { Publish = ["8080:80"] });
        var inLan = await host.ServeAsync(NetworkHost.Server("a", "lan"));
        var inDmz = await host.ServeAsync(NetworkHost.Server("b", "dmz"));
        var route = host.Exec(web, "ip route | grep ^default").Output;
        var adapter = Add(host, web, "dmz", "10.30.0.77");
        Assert.Equal(("eth1", "web", "dmz", "02:56:0a:1e:00:4d", "10.30.0.77,fd30::3"), (adapter.Name, adapter.ContainerName, adapter.Network, adapter.MacAddress, string.Join(',', adapter.IPAddresses)));
        var shown = host.Get(web);
        Assert.Equal(("lan", "lan,dmz", "10.20.0.2,10.30.0.77,fd30::3", web.ProcessId), (shown.Network, string.Join(',', shown.Networks), string.Join(',', shown.IPAddresses), shown.ProcessId));
        Assert.Equal("02:56:0a:1e:00:4d\n", host.Exec(web, "cat /sys/class/net/eth1/address").Output);

        var looked = host.Exec(inDmz, "nslookup web").Output;
        Assert.Contains("10.30.0.77", looked, StringComparison.Ordinal);
        Assert.Contains("fd30::3", looked, StringComparison.Ordinal);
        Assert.DoesNotContain("10.20.0.2", looked, StringComparison.Ordinal);
        Assert.DoesNotContain("10.30.0.77", host.Exec(inLan, "nslookup web").Output, StringComparison.Ordinal);
        Assert.Equal(("web", "web", "web"), (host.Ask(inLan, "web"), host.Ask(inDmz, "web"), host.Ask(inDmz, "[fd30::3]")));
        Assert.Equal(("a", "b", "b"), (host.Ask(web, "a"), host.Ask(web, "b"), host.Ask(web, $"[{inDmz.IPAddresses[1]}]")));
        Assert.Contains("name = b", host.Exec(web, $"nslookup {inDmz.IPAddresses[0]}").Output, StringComparison.Ordinal);
        Assert.Equal((route, "web"), (host.Exec(web, "ip route | grep ^default").Output, await host.AskAsync("10.20.0.1:8080")));
        Assert.NotEqual(0, host.Exec(inLan, "nslookup b").Exit.ExitCode);
        host.Invoke(Methods.SetVirtNetwork, new SetVirtNetwork { Name = "dmz", MtuBytes = 1400 });
        Assert.Equal("1500\n1400\n", host.Exec(web, "cat /sys/class/net/eth0/mtu /sys/class/net/eth1/mtu").Output);
    }

    [Fact]
    public async Task It_passes_nothing_on_from_one_of_them_to_the_other_unless_it_is_asked_to()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24", "fd20::/64");
        host.Make("dmz", VirtNetworkMode.Isolated, "10.30.0.0/24");
        var router = ContainerHost.Script(Sleep, "both") with { Network = "lan", AdditionalNetworks = ["dmz"] };
        var both = host.Run(router);
        Assert.Equal("0\n", host.Exec(both, "cat /proc/sys/net/ipv6/conf/*/forwarding /proc/sys/net/ipv4/conf/eth*/forwarding | sort -u").Output);
        host.Run(router with { Name = "router", Sysctls = new() { ["net.ipv4.ip_forward"] = "1" } });
        var inDmz = await host.ServeAsync(NetworkHost.Server("b", "dmz") with { AddCapability = ["NET_ADMIN"] });
        var asker = host.Run(ContainerHost.Script(Sleep, "a") with { Network = "lan", AddCapability = ["NET_ADMIN"] });
        foreach (var (name, answer) in new[] { ("both", ""), ("router", "b") })
        {
            var container = host.Invoke(Methods.GetContainer, new GetContainer { Names = [name] }).Items[0];
            Assert.Equal(0, host.Exec(inDmz, $"ip route replace 10.20.0.0/24 via {container.IPAddresses[^1]}").Exit.ExitCode);
            Assert.Equal(0, host.Exec(asker, $"ip route replace 10.30.0.0/24 via {container.IPAddresses[0]}").Exit.ExitCode);
            Assert.Equal((name, answer), (name, host.Ask(asker, inDmz.IPAddresses[0])));
        }
    }

    [Fact]
    public async Task Its_adapters_stay_over_restarts_of_the_agent_and_its_own_and_over_its_renaming()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
        host.Make("dmz", VirtNetworkMode.Bridge, "10.30.0.0/24");
        host.Make("in", VirtNetworkMode.Isolated, "10.40.0.0/24");
        var inDmz = await host.ServeAsync(NetworkHost.Server("b", "dmz"));
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan") with { AdditionalNetworks = ["dmz"], IPAddresses = ["10.30.0.9", "10.20.0.8"] });
        Assert.Equal(["10.20.0.8", "10.30.0.9"], web.IPAddresses);
        Add(host, web, "in");
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(("web", "b"), (host.Ask(inDmz, "web"), host.Ask(web, "b")));
        var before = Adapters(host, web);
        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = web.Id });
        Assert.Equal(["lan eth0 10.20.0.8", "dmz eth1 10.30.0.9", "in eth2 10.40.0.2"], Adapters(host, web).Select(static one => $"{one.Network} {one.Name} {one.IPAddresses[0]}"));
        Assert.Equal(before.Select(static one => (one.Id, one.MacAddress)), Adapters(host, web).Select(static one => (one.Id, one.MacAddress)));
        await Poll.UntilAsync(() => host.Ask(inDmz, "web") == "web", "the service after its restart");
        host.Invoke(Methods.RenameContainer, new RenameContainer { Id = web.Id, NewName = "site" });
        Assert.Contains("10.30.0.9", host.Exec(inDmz, "nslookup site").Output, StringComparison.Ordinal);
        Assert.NotEqual(0, host.Exec(inDmz, "nslookup web").Exit.ExitCode);
        host.Invoke(Methods.StopContainer, new StopContainer { Id = web.Id, TurnOff = true });
        Assert.NotEqual(0, host.Exec(inDmz, "nslookup site").Exit.ExitCode);
        await Poll.UntilAsync(async () => !(await host.RunAsync("ip", "-o", "link")).Contains("master virt2", StringComparison.Ordinal), "the end of its links");
    }

    [Fact]
    public async Task One_that_goes_takes_its_link_and_its_name_along_and_its_network_is_free()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
        host.Make("dmz", VirtNetworkMode.Bridge, "10.30.0.0/24");
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan"));
        var inDmz = await host.ServeAsync(NetworkHost.Server("b", "dmz"));
        Add(host, web, "dmz");
        var told = host.Refused(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "dmz" });
        Assert.Equal(("NetworkInUse", "Cannot remove network 'dmz': container 'b', container 'web' are in it."), (told.Id, told.Message.Replace("'b' and container", "'b', container", StringComparison.Ordinal)));
        Remove(host, web, "eth1");
        Assert.Equal("eth0\nlo\n", host.Exec(web, "ls /sys/class/net").Output);
        Assert.NotEqual(0, host.Exec(inDmz, "nslookup web").Exit.ExitCode);
        Assert.NotEqual(0, host.Exec(web, "nslookup b").Exit.ExitCode);
        Assert.Equal(["lan"], host.Get(web).Networks);
        // The same again: what it was called is free.
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("eth1", Add(host, web, "dmz").Name);
            Assert.Equal("b", host.Ask(web, "b"));
            Remove(host, web, "eth1");
        }

        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = inDmz.Id, Force = true });
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "dmz" });
        Assert.Equal("FirstAdapter", host.Refused(Methods.RemoveContainerNetworkAdapter, new RemoveContainerNetworkAdapter { ContainerId = web.Id, Name = "eth0" }).Id);
        Assert.Equal("ContainerNetworkAdapterNotFound", host.Refused(Methods.RemoveContainerNetworkAdapter, new RemoveContainerNetworkAdapter { ContainerId = web.Id, Name = "eth1" }).Id);
    }

    [Fact]
    public async Task The_default_route_leads_over_the_first_network_that_leads_out()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("in", VirtNetworkMode.Isolated, "10.20.0.0/24");
        host.Make("out", VirtNetworkMode.Bridge, "10.30.0.0/24");
        host.Make("both", VirtNetworkMode.Bridge, "10.40.0.0/24", "fd40::/64");
        var web = host.Run(ContainerHost.Script(Sleep, "web") with { Network = "in", AdditionalNetworks = ["out"], Init = true });
        Assert.Equal(("10.30.0.1 eth1", ""), Defaults(host, web));
        Add(host, web, "both");
        Assert.Equal(("10.30.0.1 eth1", "fd40::1 eth2"), Defaults(host, web));
        Remove(host, web, "eth1");
        Assert.Equal(("10.40.0.1 eth2", "fd40::1 eth2"), Defaults(host, web));
        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = web.Id });
        Assert.Equal(("10.40.0.1 eth2", "fd40::1 eth2"), Defaults(host, web));
        Remove(host, web, "eth2");
        Assert.Equal(("", ""), Defaults(host, web));
    }

    [Fact]
    public async Task One_that_does_not_run_has_it_from_its_next_start_on()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        host.Make("dmz");
        var made = host.Invoke(Methods.NewContainer, ContainerHost.Script(Sleep, "made") with { Network = "lan" });
        var adapter = Add(host, made, "dmz");
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal("AddressInUse", host.Refused(Methods.NewContainer, ContainerHost.Script(Sleep, "x") with { Network = "dmz", IPAddresses = adapter.IPAddresses }).Id);
        host.Invoke(Methods.StartContainer, new StartContainer { Id = made.Id });
        Assert.Contains(adapter.IPAddresses[0], host.Exec(made, "ip address show eth1").Output, StringComparison.Ordinal);
        host.Invoke(Methods.StopContainer, new StopContainer { Id = made.Id, TurnOff = true });
        Remove(host, made, "eth1");
        host.Invoke(Methods.StartContainer, new StartContainer { Id = made.Id });
        Assert.Equal("eth0\nlo\n", host.Exec(made, "ls /sys/class/net").Output);
        host.Invoke(Methods.SuspendContainer, new SuspendContainer { Id = made.Id });
        Assert.Equal("eth1", Add(host, made, "dmz").Name);
        host.Invoke(Methods.ResumeContainer, new ResumeContainer { Id = made.Id });
        Assert.Equal("eth0\neth1\nlo\n", host.Exec(made, "ls /sys/class/net").Output);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = made.Id, Force = true });
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "dmz" });
    }

    [Fact]
    public async Task What_cannot_be_is_refused_and_changes_nothing()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
        host.Make("dmz", VirtNetworkMode.Bridge, "10.30.0.0/24");
        var web = host.Run(ContainerHost.Script(Sleep, "web") with { Network = "lan" });
        host.Run(ContainerHost.Script(Sleep, "other") with { Network = "dmz", IPAddresses = ["10.30.0.4"] });
        var alone = host.Run(ContainerHost.Script(Sleep, "alone"));
        var onHost = host.Run(ContainerHost.Script(Sleep, "onhost") with { Network = "host" });
        Assert.Equal((ErrorCode.NotFound, "Cannot add a network adapter to container 'web': there is no network 'dmx'; did you mean 'dmz'?"), Refusal(web, "dmx"));
        Assert.Equal((ErrorCode.Conflict, "Cannot add a network adapter to container 'web': it is in the network 'LAN' already, by its adapter 'eth0'."), Refusal(web, "LAN"));
        Assert.Equal((ErrorCode.Conflict, "Cannot add a network adapter to container 'web': the address '10.30.0.4' is taken, container 'other' has it."), Refusal(web, "dmz", "10.30.0.4"));
        Assert.Equal(ErrorCode.InvalidArgument, Refusal(web, "dmz", "10.20.0.4").Code);
        Assert.Equal(ErrorCode.InvalidArgument, Refusal(web, "dmz", "10.30.0.5", "10.30.0.6").Code);
        Assert.Equal(ErrorCode.InvalidArgument, Refusal(web, "host").Code);
        Assert.Equal((ErrorCode.WrongState, "Cannot add a network adapter to container 'alone': it is in the network 'none', with which it can be in no other."), Refusal(alone, "lan"));
        Assert.Equal(ErrorCode.WrongState, Refusal(onHost, "lan").Code);
        foreach (var (first, further, id) in new (string, string[], string)[] { ("lan", ["dmz", "DMZ"], "AlreadyInNetwork"), ("lan", ["lan"], "AlreadyInNetwork"), ("lan", ["none"], "InvalidNetwork"), ("host", ["lan"], "InvalidNetwork"), ("lan", ["dmz", "gone"], "NetworkNotFound") })
        {
            Assert.Equal(id, host.Refused(Methods.NewContainer, ContainerHost.Script(Sleep, "x") with { Network = first, AdditionalNetworks = further, IPAddresses = first == "lan" ? ["10.20.0.9"] : [] }).Id);
        }

        Assert.Equal("InvalidIPAddress", host.Refused(Methods.NewContainer, ContainerHost.Script(Sleep, "x") with { Network = "lan", AdditionalNetworks = ["dmz"], IPAddresses = ["192.0.2.1"] }).Id);
        Assert.Equal("eth0\nlo\n", host.Exec(web, "ls /sys/class/net").Output);
        var shown = host.Client.Invoke(Methods.AddContainerNetworkAdapter, new AddContainerNetworkAdapter { ContainerId = web.Id, Network = "dmz", IPAddresses = ["10.30.0.9"] }, new() { WhatIf = true });
        Assert.Equal(("eth1", "10.30.0.9"), (shown.Name, shown.IPAddresses[0]));
        Assert.Equal(["10.20.0.9", "10.30.0.9"], host.Invoke(Methods.NewContainer, ContainerHost.Script(Sleep, "x") with { Network = "lan", AdditionalNetworks = ["dmz"], IPAddresses = ["10.20.0.9", "10.30.0.9"] }).IPAddresses);

        // A link of that name that somebody made inside.
        var root = host.Run(ContainerHost.Script(Sleep, "root") with { Network = "lan", AddCapability = ["NET_ADMIN"] });
        Assert.Equal(0, host.Exec(root, "ip link add eth1 type dummy || ip link add eth1 type bridge").Exit.ExitCode);
        Assert.Equal(ErrorCode.Unavailable, Refusal(root, "dmz", "10.30.0.10").Code);
        Assert.Equal(["lan"], host.Get(root).Networks);
        Assert.Equal(["10.30.0.10"], host.Run(ContainerHost.Script(Sleep) with { Network = "dmz", IPAddresses = ["10.30.0.10"] }).IPAddresses);

        (ErrorCode Code, string Message) Refusal(Container container, string network, params string[] addresses)
        {
            var error = host.Refused(Methods.AddContainerNetworkAdapter, new AddContainerNetworkAdapter { ContainerId = container.Id, Network = network, IPAddresses = addresses });
            return (error.Code, error.Message);
        }
    }

    [Fact]
    public async Task Its_first_network_changes_and_the_others_stay()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("one", VirtNetworkMode.Bridge, "10.20.0.0/24");
        host.Make("two", VirtNetworkMode.Bridge, "10.30.0.0/24");
        host.Make("dmz", VirtNetworkMode.Bridge, "10.40.0.0/24");
        var inDmz = await host.ServeAsync(NetworkHost.Server("b", "dmz"));
        var web = await host.ServeAsync(NetworkHost.Server("web", "one") with { AdditionalNetworks = ["dmz"], Publish = ["8080:80"] });
        var refused = host.Refused(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "dmz" });
        Assert.Equal((ErrorCode.Conflict, "AlreadyInNetwork"), (refused.Code, refused.Id));
        refused = host.Refused(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "none" });
        Assert.Equal((ErrorCode.InvalidArgument, "InvalidNetwork", "Remove-ContainerNetworkAdapter web eth1"), (refused.Code, refused.Id, refused.RecommendedAction));
        var moved = host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "two" });
        Assert.Equal(["two", "dmz"], moved.Networks);
        await Poll.UntilAsync(async () => await host.AskAsync("10.30.0.1:8080") == "web", "the published service");
        Assert.Equal(("web", "b"), (host.Ask(inDmz, "web"), host.Ask(web, "b")));
        Assert.Equal("", host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, MemoryBytes = 128 << 20 }).Status);
        host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Environment = new() { ["A"] = "1" } });
        await Poll.UntilAsync(() => host.Ask(inDmz, "web") == "web", "the service after another start");
    }

    [Fact]
    public async Task Copies_and_archives_are_in_the_same_networks()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
        host.Make("dmz", VirtNetworkMode.Bridge, "10.30.0.0/24");
        host.Make("else", VirtNetworkMode.Bridge, "10.40.0.0/24");
        var web = host.Run(ContainerHost.Script(Sleep, "web") with { Network = "lan", AdditionalNetworks = ["dmz"] });
        var copy = host.Invoke(Methods.CopyContainer, new CopyContainer { Id = web.Id, NewName = "copy", IPAddresses = ["10.30.0.50"], Start = true });
        Assert.Equal(("lan,dmz", "10.20.0.3,10.30.0.50"), (string.Join(',', copy.Networks), string.Join(',', copy.IPAddresses)));
        Assert.Contains("10.30.0.50", host.Exec(copy, "ip address show eth1").Output, StringComparison.Ordinal);
        Assert.NotEqual(Adapters(host, web)[1].MacAddress, Adapters(host, copy)[1].MacAddress);
        var archive = Path.Combine(host.Files, "web.tar");
        host.Invoke(Methods.ExportContainer, new ExportContainer { Id = web.Id, Path = archive });
        Assert.Equal(["lan", "dmz"], host.Invoke(Methods.ImportContainer, new ImportContainer { Path = archive, Name = "same" }).Networks);
        Assert.Equal(["else"], host.Invoke(Methods.ImportContainer, new ImportContainer { Path = archive, Name = "one", Network = "else" }).Networks);
        Assert.Equal(["dmz", "else"], host.Invoke(Methods.ImportContainer, new ImportContainer { Path = archive, Name = "two", Network = "dmz", AdditionalNetworks = ["else"] }).Networks);
    }

    [Theory]
    [InlineData("container.adapter.addwritten")]
    [InlineData("container.adapter.connected")]
    [InlineData("container.adapter.removewritten")]
    [InlineData("container.adapter.disconnected")]
    public async Task An_agent_that_is_killed_in_the_middle_of_adding_or_removing_one_leaves_nothing_of_it(string point)
    {
        await using var host = await KilledHost.AtAsync(
            point,
            static host =>
            {
                host.Invoke(Methods.AddContainerNetworkAdapter, new AddContainerNetworkAdapter { ContainerName = "web", Network = "dmz", IPAddresses = ["10.30.0.9"] });
                host.Invoke(Methods.RemoveContainerNetworkAdapter, new RemoveContainerNetworkAdapter { ContainerName = "web", Name = "eth1" });
            },
            static async host =>
            {
                host.Make("in", VirtNetworkMode.Isolated, "10.20.0.0/24");
                host.Make("dmz", VirtNetworkMode.Bridge, "10.30.0.0/24");
                await host.ServeAsync(NetworkHost.Server("web", "in"));
            });
        var web = Assert.Single(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
        Assert.Equal(["in"], web.Networks);
        Assert.Equal("eth0\nlo\n", host.Exec(web, "ls /sys/class/net").Output);
        Assert.DoesNotContain("master virt1", await host.RunAsync("ip", "-o", "link"), StringComparison.Ordinal);
        Assert.Equal("10.30.0.9", host.Run(ContainerHost.Script(Sleep, "other") with { Network = "dmz", IPAddresses = ["10.30.0.9"] }).IPAddresses[0]);
        Assert.Equal("eth1", Add(host, web, "dmz").Name);
        Assert.Contains("10.30.0.9", host.Exec(web, "nslookup other").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("container.adapter.addwritten")]
    [InlineData("container.adapter.connected")]
    public async Task One_whose_adding_fails_is_not_there(string point)
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = point + "=fail";
        await host.StartAgentAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
        host.Make("dmz", VirtNetworkMode.Bridge, "10.30.0.0/24");
        var web = host.Run(ContainerHost.Script(Sleep, "web") with { Network = "lan" });
        Assert.Equal("FaultInjected", host.Refused(Methods.AddContainerNetworkAdapter, new AddContainerNetworkAdapter { ContainerId = web.Id, Network = "dmz" }).Id);
        Assert.Equal(("eth0\nlo\n", "lan"), (host.Exec(web, "ls /sys/class/net").Output, string.Join(',', host.Get(web).Networks)));
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "dmz" });
    }

    private static ContainerNetworkAdapter Add(TestHost host, Container container, string network, params string[] addresses) =>
        host.Invoke(Methods.AddContainerNetworkAdapter, new AddContainerNetworkAdapter { ContainerId = container.Id, Network = network, IPAddresses = addresses });

    private static void Remove(TestHost host, Container container, string name) =>
        host.Invoke(Methods.RemoveContainerNetworkAdapter, new RemoveContainerNetworkAdapter { ContainerId = container.Id, Name = name });

    private static ContainerNetworkAdapter[] Adapters(TestHost host, Container container) =>
        host.Invoke(Methods.GetContainerNetworkAdapter, new GetContainerNetworkAdapter { ContainerIds = [container.Id] }).Items;

    // "gateway link", of both families; empty where there is none.
    private static (string V4, string V6) Defaults(TestHost host, Container container)
    {
        return (Of(host.Exec(container, "ip route | grep ^default").Output), Of(host.Exec(container, "ip -6 route | grep ^default").Output));

        static string Of(string text)
        {
            var parts = text.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return parts is ["default", "via", var gateway, "dev", var link, ..] ? $"{gateway} {link}" : text.Trim();
        }
    }
}
