using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using CsCheck;
using Virt.Agent.Networks.Addresses;
using Xunit;

namespace Virt.Tests.Networks;

/// <summary>What guests are told when they ask for their address.</summary>
public sealed class DhcpTests
{
    private const byte Mask = 1, Router = 3, NameServer = 6, HostName = 12, Domain = 15, Mtu = 26, Lease = 51, Type = 53, Server = 54;
    private static readonly byte[] Mac = [0x02, 0x56, 10, 1, 0, 5];
    private static readonly DhcpPlace Place = new(IPAddress.Parse("10.1.0.5"), 24, IPAddress.Parse("10.1.0.1"), IsRouted: true, 1400, "web01", "lan");

    [Fact]
    public void Who_looks_for_a_server_is_offered_its_own_address()
    {
        var reply = Ask(Question(DhcpQuestion.Discover), Place)!;
        Assert.Equal([2, 1, 6, 0, 0x12, 0x34, 0x56, 0x78], reply[..8]);
        Assert.Equal("10.1.0.5", Address(reply, 16));
        Assert.Equal(Mac, reply[28..34]);
        Assert.True(reply.Length >= 300);
        var options = Options(reply);
        Assert.Equal([2], options[Type]);
        Assert.Equal([10, 1, 0, 1], options[Server]);
        Assert.Equal([255, 255, 255, 0], options[Mask]);
        Assert.Equal([10, 1, 0, 1], options[Router]);
        Assert.Equal([10, 1, 0, 1], options[NameServer]);
        Assert.Equal("web01", Encoding.ASCII.GetString(options[HostName]));
        Assert.Equal("lan", Encoding.ASCII.GetString(options[Domain]));
        Assert.Equal(1400, BinaryPrimitives.ReadUInt16BigEndian(options[Mtu]));
        Assert.Equal(3600u, BinaryPrimitives.ReadUInt32BigEndian(options[Lease]));
    }

    [Theory]
    [InlineData("10.1.0.5", null, null, 5)]
    [InlineData("10.1.0.5", null, "10.1.0.1", 5)]
    [InlineData(null, "10.1.0.5", null, 5)]
    [InlineData("10.1.0.6", null, null, 6)]
    [InlineData("192.168.1.7", null, null, 6)]
    [InlineData(null, "10.1.0.6", null, 6)]
    [InlineData("10.1.0.5", null, "10.1.0.9", null)]
    public void Its_own_address_is_granted_another_refused_and_what_is_another_server_s_left_alone(string? wanted, string? current, string? server, int? type)
    {
        var reply = Ask(Question(DhcpQuestion.Request, wanted, current, server), Place);
        Assert.Equal(type, reply is null ? null : Options(reply)[Type][0]);
        Assert.Equal(type == 5 ? "10.1.0.5" : "0.0.0.0", reply is null ? "0.0.0.0" : Address(reply, 16));
        Assert.Equal(type == 5 ? current ?? "0.0.0.0" : "0.0.0.0", reply is null ? "0.0.0.0" : Address(reply, 12));
    }

    [Fact]
    public void Who_has_its_address_by_other_means_is_told_the_rest()
    {
        var reply = Ask(Question(DhcpQuestion.Inform, current: "10.1.0.5"), Place)!;
        Assert.Equal("0.0.0.0", Address(reply, 16));
        Assert.False(Options(reply).ContainsKey(Lease));
        Assert.Equal([10, 1, 0, 1], Options(reply)[NameServer]);
        Assert.Null(Ask(Question(DhcpQuestion.Inform, current: "192.0.2.1"), Place));
    }

    [Fact]
    public void A_stranger_hears_nothing_and_an_isolated_network_has_no_router()
    {
        Assert.Null(Ask(Question(DhcpQuestion.Discover), null));
        Assert.Null(Ask(Question(4), Place));
        Assert.Null(Ask(Question(7), Place));
        var options = Options(Ask(Question(DhcpQuestion.Discover), Place with { IsRouted = false, HostName = "a_b", Domain = "" })!);
        Assert.False(options.ContainsKey(Router) || options.ContainsKey(HostName) || options.ContainsKey(Domain));
    }

    [Fact]
    public void Whatever_bytes_come_are_read_or_refused()
    {
        var question = Question(DhcpQuestion.Request, "10.1.0.5", null, "10.1.0.1");
        for (var length = 0; length < question.Length; length++)
        {
            _ = DhcpQuestion.Read(question.AsSpan(0, length));
        }

        Gen.Select(Gen.Byte, Gen.Int[0, question.Length - 1]).Array[1, 40].Sample(changes =>
        {
            var bytes = question.ToArray();
            foreach (var (value, at) in changes)
            {
                bytes[at] = value;
            }

            return DhcpQuestion.Read(bytes) is not { } read || DhcpReply.To(read, Place) is not { Length: < 300 };
        });
        question[24] = 10; // through a relay
        Assert.Null(DhcpQuestion.Read(question));
    }

    private static byte[]? Ask(byte[] message, DhcpPlace? place)
    {
        var question = DhcpQuestion.Read(message);
        Assert.NotNull(question);
        return DhcpReply.To(question, place);
    }

    private static byte[] Question(byte type, string? wanted = null, string? current = null, string? server = null)
    {
        var bytes = new MemoryStream();
        bytes.Write([1, 1, 6, 0, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0]);
        bytes.Write(IPAddress.Parse(current ?? "0.0.0.0").GetAddressBytes());
        bytes.Write(new byte[12]);
        bytes.Write(Mac);
        bytes.Write(new byte[236 - 34]);
        bytes.Write([0x63, 0x82, 0x53, 0x63, Type, 1, type, 0]);
        foreach (var (option, address) in new[] { ((byte)50, wanted), (Server, server) }.Where(static pair => pair.Item2 is not null))
        {
            bytes.Write([option, 4, .. IPAddress.Parse(address!).GetAddressBytes()]);
        }

        bytes.WriteByte(255);
        return bytes.ToArray();
    }

    private static string Address(byte[] reply, int at) => new IPAddress(reply.AsSpan(at, 4)).ToString();

    private static Dictionary<byte, byte[]> Options(byte[] reply)
    {
        var options = new Dictionary<byte, byte[]>();
        for (var at = 240; reply[at] != 255; at += 2 + reply[at + 1])
        {
            options.Add(reply[at], reply[(at + 2)..(at + 2 + reply[at + 1])]);
        }

        return options;
    }
}
