using System;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Networks;

/// <summary>Containers that go into another network.</summary>
public sealed class ElsewhereTests
{
    public static TheoryData<string> Points => ["container.switch.announced", "container.switch.stopped", "container.start.written", "container.start.launched"];

    [Fact]
    public async Task It_has_an_address_and_its_ports_there_and_nothing_is_left_of_it_where_it_was()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("one", VirtNetworkMode.Bridge, "10.144.1.0/24");
        host.Make("two", VirtNetworkMode.Bridge, "10.144.2.0/24");
        var neighbour = host.Run(ContainerHost.Script("exec sleep 1000", "neighbour") with { Network = "two" });
        var web = await host.ServeAsync(NetworkHost.Server("web", "one") with { Publish = ["8080:80"], IPAddresses = ["10.144.1.20"] });
        Assert.Equal("web", await host.AskAsync("10.144.1.1:8080"));
        var told = host.Client.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "two" }, new() { WhatIf = true });
        Assert.Contains("started anew", told.Status, StringComparison.Ordinal);

        var moved = host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "TWO", IPAddresses = ["10.144.2.30"] });
        Assert.Equal(("two", "10.144.2.30", "8080:80"), (moved.Network, Assert.Single(moved.IPAddresses), Assert.Single(moved.Ports)));
        await Poll.UntilAsync(() => host.Ask(neighbour, "web") == "web", "the service in the other network");
        Assert.Equal(("web", "", ""), (await host.AskAsync("10.144.2.1:8080"), await host.AskAsync("10.144.1.20"), host.Exec(web, "ip -o address | grep 10.144.1.").Output));
        // Its former address is another's at once, and it is not named there.
        var other = await host.ServeAsync(NetworkHost.Server("other", "one") with { IPAddresses = ["10.144.1.20"] });
        Assert.Equal("", host.Ask(other, "web"));

        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal("web", await host.AskAsync("10.144.2.1:8080"));
        Assert.Equal("InvalidIPAddress", host.Refused(Methods.SetContainer, new SetContainer { Id = web.Id, IPAddresses = ["10.144.2.31"] }).Id);
        Assert.Equal("", host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "two" }).Status);
    }

    [Fact]
    public async Task It_can_be_taken_out_of_all_networks_and_back_and_into_the_hosts()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.144.1.0/24");
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan") with { Publish = ["8080:80"] });
        var alone = host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "none" });
        Assert.Equal(("none", 0, 0), (alone.Network, alone.IPAddresses.Length, alone.Ports.Length));
        Assert.Equal(("", "lo"), (await host.AskAsync("10.144.1.1:8080"), host.Exec(web, "ls /sys/class/net").Output.TrimEnd()));
        Assert.Equal("InvalidPublish", host.Refused(Methods.SetContainer, new SetContainer { Id = web.Id, Publish = ["8080:80"] }).Id);
        Assert.Equal("InvalidIPAddress", host.Refused(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "host", IPAddresses = ["10.144.1.9"] }).Id);
        Assert.Equal("host", host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "Host" }).Network);
        var back = host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "lan", Publish = ["8081:80"] });
        Assert.Equal(("lan", "8081:80", ContainerState.Running), (back.Network, Assert.Single(back.Ports), back.State));
        await Poll.UntilAsync(async () => await host.AskAsync("10.144.1.1:8081") == "web", "the service");
        host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "none" });
        // Nobody of it holds the network any more.
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan" });
    }

    [Fact]
    public async Task Where_it_cannot_go_it_is_where_it_was()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("one", VirtNetworkMode.Bridge, "10.144.1.0/24");
        host.Make("two", VirtNetworkMode.Bridge, "10.144.2.0/24");
        await host.ServeAsync(NetworkHost.Server("holder", "one") with { Publish = ["8090:80"] });
        var web = await host.ServeAsync(NetworkHost.Server("web", "one") with { Publish = ["8080:80"] });
        Assert.Equal("NetworkNotFound", host.Refused(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "three" }).Id);
        Assert.Equal(ErrorCode.Conflict, host.Refused(Methods.SetContainer, new SetContainer { Id = web.Id, Network = "two", IPAddresses = ["10.144.2.9"], Publish = ["8090:80"] }).Code);
        Assert.Equal(("one", web.IPAddresses[0], "8080:80"), host.Get(web) is var now ? (now.Network, now.IPAddresses[0], now.Ports[0]) : default);
        await Poll.UntilAsync(async () => await host.AskAsync("10.144.1.1:8080") == "web", "the service as before");
        // The address that it was to have is free again.
        Assert.Equal("10.144.2.9", host.Run(ContainerHost.Script("exec sleep 1000") with { Network = "two", IPAddresses = ["10.144.2.9"] }).IPAddresses[0]);
    }

    [Fact]
    public async Task One_that_does_not_run_goes_there_with_its_next_start()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("one", VirtNetworkMode.Bridge, "10.144.1.0/24");
        host.Make("two", VirtNetworkMode.Bridge, "10.144.2.0/24");
        var made = host.Invoke(Methods.NewContainer, NetworkHost.Server("made", "one") with { Publish = ["8080:80"], AllowFrom = ["10.0.0.0/8"] });
        var moved = host.Invoke(Methods.SetContainer, new SetContainer { Id = made.Id, Network = "two" });
        Assert.Equal(("two", "8080:80", "10.0.0.0/8"), (moved.Network, Assert.Single(moved.Ports), Assert.Single(moved.AllowFrom)));
        host.Invoke(Methods.StartContainer, new StartContainer { Id = made.Id });
        await Poll.UntilAsync(async () => await host.AskAsync("10.144.2.1:8080") == "made", "the service");
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "one" });
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task An_agent_that_is_killed_in_the_middle_leaves_it_in_the_one_or_the_other(string point)
    {
        await using var host = await KilledHost.AtAsync(
            point,
            static host => host.Invoke(Methods.SetContainer, new SetContainer { Name = "web", Network = "two" }),
            static async host =>
            {
                host.Make("one", VirtNetworkMode.Bridge, "10.144.1.0/24");
                host.Make("two", VirtNetworkMode.Bridge, "10.144.2.0/24");
                await host.ServeAsync(NetworkHost.Server("web", "one") with { Publish = ["8080:80"] });
            });
        var web = Assert.Single(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
        var gateway = web.Network == "one" ? "10.144.1.1" : "10.144.2.1";
        Assert.Equal(point.StartsWith("container.start", StringComparison.Ordinal) ? "two" : "one", web.Network);
        await Poll.UntilAsync(async () => await host.AskAsync(gateway + ":8080") == "web", "the service");
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = web.Network == "one" ? "two" : "one" });
    }
}
