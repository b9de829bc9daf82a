using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Net;
using System.Text;

namespace Virt.Linux.Netlink;

/// <summary>
/// A rule: what a packet must be, and what becomes of it then. Each method adds what nft(8) would make of the words in its summary; an address's family must
/// be asked for before anything is read from its header.
/// </summary>
public sealed class NftRule
{
    // linux/netfilter/nf_tables.h. Register 1 is the first of 16 bytes; 8, 9 … are the same in pieces of 4.
    private const int First = 1, Pieces = 8, NameLength = 16;
    private const int Protocol4 = 2, Protocol6 = 10;
    private readonly List<(string Name, Action<NetlinkBatch> Write)> expressions = [];

    internal IReadOnlyList<(string Name, Action<NetlinkBatch> Write)> Expressions => expressions;

    /// <summary><c>iifname "virt0"</c>; with a star at its end, the beginning of a name.</summary>
    public NftRule From(string link, bool isNot = false) => Meta(6, First).Compare(NameBytes(link), isNot);

    /// <summary><c>oifname "virt0"</c>, likewise.</summary>
    public NftRule To(string link, bool isNot = false) => Meta(7, First).Compare(NameBytes(link), isNot);

    /// <summary><c>meta nfproto ipv4</c> or <c>ipv6</c>.</summary>
    public NftRule Family(bool isInternet6) => Meta(15, First).Compare([(byte)(isInternet6 ? Protocol6 : Protocol4)]);

    /// <summary><c>ct state established,related</c>.</summary>
    public NftRule Established() => Ct(0).Mask(0x06);

    /// <summary><c>ct status dnat</c>.</summary>
    public NftRule WasPublished(bool isNot = false) => Ct(2).Mask(0x20, isNot);

    /// <summary><c>fib daddr type local</c>: it is sent to an address of this host.</summary>
    public NftRule ToThisHost() => Add("fib", static b =>
    {
        b.AddBigEndian(1, First);
        b.AddBigEndian(2, 3); // NFT_FIB_RESULT_ADDRTYPE
        b.AddBigEndian(3, 2); // NFTA_FIB_F_DADDR
    }).Compare([2, 0, 0, 0]); // RTN_LOCAL

    /// <summary><c>ip saddr 10.0.0.0/8</c>, of either family.</summary>
    public NftRule Source(IPNetwork network, bool isNot = false) => AddressIn(network, isSource: true, isNot);

    /// <summary><c>ip daddr 10.0.0.0/8</c>, of either family.</summary>
    public NftRule Destination(IPNetwork network, bool isNot = false) => AddressIn(network, isSource: false, isNot);

    /// <summary><c>meta l4proto udp</c>, by its number.</summary>
    public NftRule Transport(byte protocol) => Meta(16, First).Compare([protocol]);

    /// <summary><c>th dport 53</c>.</summary>
    public NftRule DestinationPort(int port) => Payload(2, 2, 2, First).Compare([(byte)(port >> 8), (byte)port]);

    /// <summary><c>ip daddr @set</c>, or <c>ip daddr . ip saddr @set</c>.</summary>
    /// <param name="set">The set's name.</param>
    /// <param name="isInternet6">The family.</param>
    /// <param name="withSource">The source is a part of the key.</param>
    /// <param name="isNot">It must not be there.</param>
    public NftRule DestinationIn(string set, bool isInternet6, bool withSource, bool isNot = false)
    {
        Address(isInternet6, isSource: false, Pieces);
        if (withSource)
            Address(isInternet6, isSource: true, Pieces + (isInternet6 ? 4 : 1));
        return Add("lookup", b =>
        {
            b.Add(1, set);
            b.AddBigEndian(2, First);
            if (isNot)
                b.AddBigEndian(5, 1);
        });
    }

    /// <summary><c>dnat ip to [ip daddr .] meta l4proto . th dport map @map</c>.</summary>
    /// <param name="map">The map's name.</param>
    /// <param name="isInternet6">The family.</param>
    /// <param name="withAddress">The host's address is a part of the key.</param>
    public NftRule PublishBy(string map, bool isInternet6, bool withAddress)
    {
        var at = Pieces;
        if (withAddress)
        {
            Address(isInternet6, isSource: false, at);
            at += isInternet6 ? 4 : 1;
        }
        Meta(16, at).Payload(2, 2, 2, at + 1);
        Add("lookup", b =>
        {
            b.Add(1, map);
            b.AddBigEndian(2, First);
            b.AddBigEndian(3, First);
        });
        return Add("nat", b =>
        {
            b.AddBigEndian(1, 1); // NFT_NAT_DNAT
            b.AddBigEndian(2, isInternet6 ? Protocol6 : Protocol4);
            b.AddBigEndian(3, First);
            b.AddBigEndian(5, Pieces + (isInternet6 ? 4 : 1));
        });
    }

    /// <summary><c>masquerade</c>.</summary>
    public NftRule Masquerade() => Add("masq", static _ => { });

    /// <summary><c>accept</c>: this chain has nothing against it.</summary>
    public NftRule Accept() => Verdict(1);

    /// <summary><c>drop</c>.</summary>
    public NftRule Drop() => Verdict(0);

    private NftRule Verdict(int code) => Add("immediate", b =>
    {
        b.AddBigEndian(1, 0);
        var data = b.Nest(2);
        var verdict = b.Nest(2);
        b.AddBigEndian(1, code);
        b.End(verdict);
        b.End(data);
    });

    private NftRule AddressIn(IPNetwork network, bool isSource, bool isNot)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        var mask = new byte[bytes.Length];
        for (var bit = 0; bit < network.PrefixLength; bit++)
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        Address(bytes.Length == 16, isSource, First);
        Bitwise(mask);
        return Compare(bytes, isNot);
    }

    // struct iphdr: source at 12, destination at 16; struct ipv6hdr: source at 8, destination at 24
    private NftRule Address(bool isInternet6, bool isSource, int register) =>
        Payload(1, isInternet6 ? (isSource ? 8 : 24) : (isSource ? 12 : 16), isInternet6 ? 16 : 4, register);

    private NftRule Meta(int key, int register) => Add("meta", b =>
    {
        b.AddBigEndian(2, key);
        b.AddBigEndian(1, register);
    });

    private NftRule Ct(int key) => Add("ct", b =>
    {
        b.AddBigEndian(2, key);
        b.AddBigEndian(1, First);
    });

    private NftRule Payload(int header, int offset, int length, int register) => Add("payload", b =>
    {
        b.AddBigEndian(1, register);
        b.AddBigEndian(2, header);
        b.AddBigEndian(3, offset);
        b.AddBigEndian(4, length);
    });

    // One of these bits must be set, in this machine's order.
    private NftRule Mask(int bits, bool isNot = false)
    {
        var mask = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(mask, bits);
        Bitwise(mask);
        return Compare(new byte[4], !isNot);
    }

    private NftRule Bitwise(byte[] mask) => Add("bitwise", b =>
    {
        b.AddBigEndian(1, First);
        b.AddBigEndian(2, First);
        b.AddBigEndian(3, mask.Length);
        Data(b, 4, mask);
        Data(b, 5, new byte[mask.Length]);
    });

    private NftRule Compare(byte[] value, bool isNot = false) => Add("cmp", b =>
    {
        b.AddBigEndian(1, First);
        b.AddBigEndian(2, isNot ? 1 : 0);
        Data(b, 3, value);
    });

    private NftRule Add(string name, Action<NetlinkBatch> write)
    {
        expressions.Add((name, write));
        return this;
    }

    private static void Data(NetlinkBatch batch, ushort type, byte[] value)
    {
        var nest = batch.Nest(type);
        batch.Add(1, value);
        batch.End(nest);
    }

    private static byte[] NameBytes(string link)
    {
        if (link.EndsWith('*'))
            return Encoding.UTF8.GetBytes(link[..^1]);
        var bytes = new byte[NameLength];
        Encoding.UTF8.GetBytes(link, bytes);
        return bytes;
    }
}
