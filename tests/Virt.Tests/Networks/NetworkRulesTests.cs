using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text.Json;
using Virt.Agent.Networks;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Networks;

/// <summary>What can be said of networks without a kernel.</summary>
public sealed class NetworkRulesTests
{
    [Theory]
    [InlineData("8080:80", "8080:80")]
    [InlineData("8080:80/TCP", "8080:80")]
    [InlineData("0.0.0.0:53:5353/udp", "53:5353/udp")]
    [InlineData("127.0.0.1:8080:80", "127.0.0.1:8080:80")]
    [InlineData("[2001:db8::1]:8080:80", "[2001:db8::1]:8080:80")]
    [InlineData("8000-8002:80-82", "8000:80 8001:81 8002:82")]
    [InlineData("80", null)]
    [InlineData(":80", null)]
    [InlineData("0:80", null)]
    [InlineData("8080:65536", null)]
    [InlineData("8000-8002:80-81", null)]
    [InlineData("8002-8000:80-82", null)]
    [InlineData("8080:80/sctp", null)]
    [InlineData("host:8080:80", null)]
    [InlineData("[::1]:8080:80", null)]
    public void A_published_port_is_read_as_docker_writes_it(string text, string? read)
    {
        var ports = PublishedPort.Parse(text, out var cause);
        Assert.Equal(read, ports is null ? null : string.Join(' ', ports));
        Assert.True(ports is not null || cause.Length > 0);
    }

    [Theory]
    [InlineData("80:80", "80:81", true)]
    [InlineData("80:80", "80:80/udp", false)]
    [InlineData("127.0.0.1:80:80", "80:80", true)]
    [InlineData("127.0.0.1:80:80", "127.0.0.2:80:80", false)]
    public void Two_ports_collide_where_a_program_could_have_only_one(string first, string second, bool collide) =>
        Assert.Equal(collide, PublishedPort.Parse(first, out _)![0].Collides(PublishedPort.Parse(second, out _)![0]));

    [Fact]
    public void A_free_subnet_is_one_that_nothing_has_a_route_to()
    {
        Assert.Equal("10.144.0.0/24", FreeSubnet.Internet4([]).ToString());
        Assert.Equal("10.144.2.0/24", FreeSubnet.Internet4([IPNetwork.Parse("10.144.0.0/24"), IPNetwork.Parse("10.144.1.128/25")]).ToString());
        Assert.Equal("10.145.0.0/24", FreeSubnet.Internet4([IPNetwork.Parse("10.144.0.0/16")]).ToString());
        Assert.Null(FreeSubnet.Internet4([IPNetwork.Parse("10.0.0.0/8")]));
        var six = FreeSubnet.Internet6([], new Random(1));
        Assert.StartsWith("fd", six.ToString(), StringComparison.Ordinal);
        Assert.Equal(64, six.PrefixLength);
    }

    [Fact]
    public void Every_address_of_a_subnet_is_given_once_and_again_as_late_as_possible()
    {
        var book = new AddressBook(new Subnet(IPNetwork.Parse("10.1.2.0/29")));
        var owners = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToList();
        Assert.True(book.TryTake(IPAddress.Parse("10.1.2.3"), owners[0], out _));
        Assert.Equal(["10.1.2.2", "10.1.2.4", "10.1.2.5", "10.1.2.6"], owners.Skip(1).Select(owner => book.TakeNext(owner)!.ToString()));
        Assert.Null(book.TakeNext(Guid.NewGuid()));
        Assert.False(book.TryTake(IPAddress.Parse("10.1.2.4"), owners[0], out var holder));
        Assert.Equal(owners[2], holder);
        book.Release(owners[2]);
        Assert.Equal("10.1.2.4", book.TakeNext(owners[0])!.ToString());
    }

    [Theory]
    [InlineData("10.1.2.0/24", "10.1.2.1", false)]
    [InlineData("10.1.2.0/24", "10.1.2.255", false)]
    [InlineData("10.1.2.0/24", "10.1.2.254", true)]
    [InlineData("10.1.2.0/24", "10.1.3.4", false)]
    [InlineData("fd20::/64", "fd20::2", true)]
    [InlineData("fd20::/64", "fd20::1:0:0:2", false)]
    [InlineData("fd20::/64", "10.1.2.3", false)]
    public void A_member_s_address_is_neither_the_network_s_nor_the_gateway_s(string subnet, string address, bool can) =>
        Assert.Equal(can, new Subnet(IPNetwork.Parse(subnet)).NumberOf(IPAddress.Parse(address)) is not null);

    public static TheoryData<NewVirtNetwork, string> Wrong => new()
    {
        { new NewVirtNetwork { Name = "" }, "InvalidName" },
        { new NewVirtNetwork { Name = "lan", Mode = VirtNetworkMode.Host }, "InvalidMode" },
        { new NewVirtNetwork { Name = "lan", MtuBytes = 500 }, "InvalidMtuBytes" },
        { new NewVirtNetwork { Name = "lan", Uplink = "eth0" }, "InvalidVlanId" },
        { new NewVirtNetwork { Name = "lan", VlanId = 42 }, "InvalidVlanId" },
        { new NewVirtNetwork { Name = "lan", Uplink = "eth0", VlanId = 4095 }, "InvalidVlanId" },
        { new NewVirtNetwork { Name = "lan", Uplink = "../x", VlanId = 1 }, "InvalidUplink" },
        { new NewVirtNetwork { Name = "lan", Subnets = ["10.0.0.0/33"] }, "InvalidSubnet" },
        { new NewVirtNetwork { Name = "lan", Subnets = ["10.0.0.0/31"] }, "InvalidSubnet" },
        { new NewVirtNetwork { Name = "lan", Subnets = ["127.0.0.0/24"] }, "InvalidSubnet" },
        { new NewVirtNetwork { Name = "lan", Subnets = ["10.0.0.0/24", "10.0.1.0/24"] }, "InvalidSubnet" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_could_be_no_network_is_refused(NewVirtNetwork request, string id)
    {
        var error = Assert.Throws<VirtException>(() => NewNetworkCheck.Check(request));
        Assert.Equal((ErrorCode.InvalidArgument, id), (error.Code, error.Id));
        Assert.StartsWith($"Cannot create network '{request.Name}': ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stored_network_is_read_again_also_where_an_agent_before_wrote_less()
    {
        var spec = new NetworkSpec { Mode = VirtNetworkMode.Routed, Bridge = "virt0", Subnets = ["10.1.0.0/24"], Labels = new Dictionary<string, string> { ["a"] = "b" } };
        var back = JsonSerializer.Deserialize(JsonSerializer.Serialize(spec, NetworkJson.Default.NetworkSpec), NetworkJson.Default.NetworkSpec)!;
        Assert.Equal((spec.Mode, spec.Bridge, "10.1.0.0/24", 1500), (back.Mode, back.Bridge, back.Subnets[0], back.MtuBytes));
        var old = JsonSerializer.Deserialize("""{"mode":"Bridge","bridge":"virt0"}""", NetworkJson.Default.NetworkSpec)!;
        Assert.Equal((0, 0, "", 1500), (old.Subnets.Count, old.Labels.Count, old.Uplink, old.MtuBytes));
        Assert.NotEqual(NetworkRules.Mark(spec), NetworkRules.Mark(spec with { MtuBytes = 1400 }));
        Assert.Equal(NetworkRules.Mark(spec), NetworkRules.Mark(spec with { Labels = new Dictionary<string, string>() }));
    }
}
