using System;
using System.Net;
using System.Net.Sockets;
using Virt.Agent.Networks;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Networks;

/// <summary>Ports of the host: what a look says of one is what taking it comes to.</summary>
public sealed class HostPortsTests
{
    private const string Elsewhere = "another program of the host has it";

    [Theory]
    [InlineData("127.0.0.1", "10.0.0.2", "fd00::2")]
    [InlineData("::1", "fd00::2", "10.0.0.2")]
    public void A_port_that_a_program_has_is_taken_for_members_of_its_family_alone(string program, string same, string other)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "the host has no IPv6");
        using var socket = new Socket(IPAddress.Parse(program).AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(program), 0));
        var port = new PublishedPort("", ((IPEndPoint)socket.LocalEndPoint!).Port, 80, IsUdp: true);
        using var ports = new HostPorts();

        Assert.Equal(Elsewhere, ports.Blocker(port, [same]));
        Assert.Equal(Elsewhere, ports.Blocker(port, [other, same]));
        Assert.Equal("", ports.Blocker(port, [other]));
        var refused = Assert.Throws<VirtException>(() => ports.Take(Member(port, [other, same])));
        Assert.Equal($"Cannot start VM 'web01': port {port.HostPort} of the host cannot be published, {Elsewhere}.", refused.Message);

        // Nothing is left of the family that could be had.
        Assert.Equal("", ports.Blocker(port, [other]));
        ports.Take(Member(port, [other]));
        Assert.Equal("VM 'web01' publishes it", ports.Blocker(port, [other]));
    }

    [Fact]
    public void An_address_that_the_host_lacks_has_no_ports()
    {
        var port = new PublishedPort("192.0.2.1", 8080, 80, IsUdp: false);
        using var ports = new HostPorts();
        var refused = Assert.Throws<VirtException>(() => ports.Take(Member(port, ["10.0.0.2"])));

        Assert.Equal((ErrorCode.NotFound, "HostAddressNotFound"), (refused.Code, refused.Id));
        Assert.Equal("Cannot start VM 'web01': the host has no address '192.0.2.1' to publish '192.0.2.1:8080:80' on.", refused.Message);
        Assert.Equal("the host has no address '192.0.2.1' to publish '192.0.2.1:8080:80' on", ports.Blocker(port, ["10.0.0.2"]));
    }

    private static NetworkMember Member(PublishedPort port, string[] addresses) => new()
    {
        Id = Guid.NewGuid(),
        Kind = "VM",
        Name = "web01",
        HostName = "web01",
        Attachment = new NetworkAttachment { NetworkId = Guid.NewGuid(), Addresses = addresses, MacAddress = "52:54:00:00:00:01", Ports = [port] },
    };
}
