using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Text;
using CsCheck;
using Virt.Agent.Networks;
using Virt.Agent.Networks.Names;
using Xunit;

namespace Virt.Tests.Networks;

/// <summary>What the members of a network are told of each other.</summary>
public sealed class NameZoneTests
{
    private readonly NameZone zone = new("lan", [new Subnet(IPNetwork.Parse("10.1.0.0/24")), new Subnet(IPNetwork.Parse("fd20::/64"))]);
    private readonly NetworkMember web = new()
    {
        Id = Guid.NewGuid(),
        Kind = "container",
        Name = "Web",
        HostName = "front.example.org",
        Attachment = new NetworkAttachment { Addresses = ["10.1.0.2", "fd20::2"] },
        Dns = ["192.0.2.53"],
    };

    public NameZoneTests() => zone.Add(web);

    [Theory]
    [InlineData("web", DnsQuestion.A, "0 10.1.0.2")]
    [InlineData("WEB", DnsQuestion.Aaaa, "0 fd20::2")]
    [InlineData("web.lan", DnsQuestion.A, "0 10.1.0.2")]
    [InlineData("front.example.org", DnsQuestion.A, "0 10.1.0.2")]
    [InlineData("web", 15, "0")]
    [InlineData("2.0.1.10.in-addr.arpa", DnsQuestion.Ptr, "0 Web")]
    [InlineData("2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.d.f.ip6.arpa", DnsQuestion.Ptr, "0 Web")]
    [InlineData("9.0.1.10.in-addr.arpa", DnsQuestion.Ptr, "3")]
    [InlineData("1.2.0.192.in-addr.arpa", DnsQuestion.Ptr, null)]
    [InlineData("example.org", DnsQuestion.A, null)]
    public void It_knows_its_own_and_leaves_the_rest_to_others(string name, ushort type, string? answer) => Assert.Equal(answer, Ask(name, type));

    [Fact]
    public void What_is_called_so_answers_and_what_only_calls_itself_so_does_where_nobody_else_is()
    {
        var other = web with { Id = Guid.NewGuid(), Name = "front.example.org", HostName = "Web", Attachment = new NetworkAttachment { Addresses = ["10.1.0.3"] } };
        zone.Add(other);
        Assert.Equal("0 10.1.0.2", Ask("web", DnsQuestion.A));
        Assert.Equal("0 10.1.0.3", Ask("front.example.org", DnsQuestion.A));
        zone.Add(web with { Name = "web-old", HostName = "web-old" });
        Assert.Equal("0 10.1.0.3", Ask("web", DnsQuestion.A));
        Assert.Equal("0 10.1.0.2", Ask("web-old.lan", DnsQuestion.A));
    }

    [Fact]
    public void An_isolated_network_asks_nobody_outside()
    {
        zone.IsIsolated = true;
        Assert.Equal("3", Ask("example.org", DnsQuestion.A));
        Assert.Equal("0 10.1.0.2", Ask("web", DnsQuestion.A));
    }

    [Fact]
    public void Who_is_in_another_network_too_finds_its_members_and_gets_out_where_that_one_leads_out()
    {
        var beside = new NameZone("dmz", [new Subnet(IPNetwork.Parse("10.2.0.0/24"))]);
        var first = new NameZone("in", [new Subnet(IPNetwork.Parse("10.3.0.0/24"))], (_, workload) => beside.NumberOf(workload) is null ? [] : [beside]) { IsIsolated = true };
        var (two, one) = (Member("two", "10.3.0.2"), Member("one", "10.3.0.3"));
        first.Add(two);
        first.Add(one);
        beside.Add(two with { Id = Guid.NewGuid(), Workload = two.Id, Number = 1, Attachment = new NetworkAttachment { Addresses = ["10.2.0.2"] } });
        beside.Add(Member("db", "10.2.0.3"));
        Assert.Equal(1, beside.NumberOf(two.Id));
        Assert.Equal("0 10.2.0.3", Ask("db", DnsQuestion.A, first, "10.3.0.2"));
        Assert.Equal("0 db", Ask("3.0.2.10.in-addr.arpa", DnsQuestion.Ptr, first, "10.3.0.2"));
        Assert.Equal("0 10.3.0.2", Ask("two", DnsQuestion.A, first, "10.3.0.2"));
        Assert.Null(Ask("example.org", DnsQuestion.A, first, "10.3.0.2"));
        Assert.Equal("3", Ask("db", DnsQuestion.A, first, "10.3.0.3"));
        Assert.Equal("3", Ask("example.org", DnsQuestion.A, first, "10.3.0.3"));
        beside.IsIsolated = true;
        Assert.Equal("3", Ask("example.org", DnsQuestion.A, first, "10.3.0.2"));
        beside.Remove(two.Id);
        Assert.Equal("0 10.2.0.3", Ask("db", DnsQuestion.A, first, "10.3.0.2"));

        static NetworkMember Member(string name, string address) => new() { Id = Guid.NewGuid(), Kind = "container", Name = name, HostName = name, Attachment = new NetworkAttachment { Addresses = [address] } };
    }

    [Fact]
    public void Who_has_ended_is_not_known_any_more()
    {
        Assert.Equal(["192.0.2.53"], zone.ServersOf(IPAddress.Parse("10.1.0.2")));
        zone.Remove(web.Id);
        Assert.Null(Ask("web", DnsQuestion.A));
        Assert.Empty(zone.ServersOf(IPAddress.Parse("10.1.0.2")));
    }

    [Fact]
    public void Whatever_bytes_come_are_read_or_refused()
    {
        Gen.Byte.Array[0, 64].Sample(bytes => _ = DnsQuestion.Read(bytes)?.ReversedAddress());
        var query = Query("web", DnsQuestion.A);
        for (var length = 0; length < query.Length; length++)
        {
            Assert.Null(DnsQuestion.Read(query.AsSpan(0, length)));
        }
    }

    private string? Ask(string name, ushort type, NameZone? asked = null, string from = "10.1.0.2")
    {
        var query = Query(name, type);
        var question = DnsQuestion.Read(query);
        Assert.NotNull(question);
        return (asked ?? zone).Answer(query, question, IPAddress.Parse(from)) is { } reply ? Read(reply, question) : null;
    }

    private static byte[] Query(string name, ushort type)
    {
        var bytes = new MemoryStream();
        bytes.Write([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        foreach (var label in name.Split('.'))
        {
            bytes.WriteByte((byte)label.Length);
            bytes.Write(Encoding.ASCII.GetBytes(label));
        }

        bytes.Write([0, (byte)(type >> 8), (byte)type, 0, 1]);
        return bytes.ToArray();
    }

    // The code, and what each record says.
    private static string Read(byte[] reply, DnsQuestion question)
    {
        Assert.Equal([0x12, 0x34], reply[..2]);
        Assert.Equal(0x85, reply[2]);
        var words = new List<string> { $"{reply[3] & 15}" };
        var at = question.Length;
        for (var left = BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(6)); left > 0; left--)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(at + 2));
            var length = BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(at + 10));
            var data = reply.AsSpan(at + 12, length);
            words.Add(type == DnsQuestion.Ptr ? Encoding.ASCII.GetString(data[1..^1]) : new IPAddress(data).ToString());
            at += 12 + length;
        }

        Assert.Equal(reply.Length, at);
        return string.Join(' ', words);
    }
}
