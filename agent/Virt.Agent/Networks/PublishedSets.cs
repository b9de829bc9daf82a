using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using Virt.Linux.Netlink;

namespace Virt.Agent.Networks;

/// <summary>The sets and maps of a network's table in which published ports stand: a port costs an element, and no rule.</summary>
internal static class PublishedSets
{
    /// <summary>Port → member, on all addresses of the host.</summary>
    public static NftSet Ports(bool isInternet6) => new(Name("ports", isInternet6), [NftField.Protocol, NftField.Port], [Address(isInternet6), NftField.Port]);

    /// <summary>Address of the host and port → member.</summary>
    public static NftSet Bound(bool isInternet6) => new(Name("bound", isInternet6), [Address(isInternet6), NftField.Protocol, NftField.Port], [Address(isInternet6), NftField.Port]);

    /// <summary>Members whose ports not everybody may come to.</summary>
    public static NftSet Restricted(bool isInternet6) => new(Name("restricted", isInternet6), [Address(isInternet6)], []);

    /// <summary>Member and source that may come.</summary>
    public static NftSet Allowed(bool isInternet6) => new(Name("allowed", isInternet6), [Address(isInternet6), Address(isInternet6)], [], IsInterval: true);

    /// <summary>All, of both families.</summary>
    public static IReadOnlyList<NftSet> All { get; } = [.. Of(isInternet6: false), .. Of(isInternet6: true)];

    /// <summary>What a member's ports are in each set.</summary>
    public static IEnumerable<(string Set, IReadOnlyList<NftElement> Elements)> ElementsOf(NetworkAttachment attachment)
    {
        if (attachment.Ports.Count == 0)
        {
            yield break;
        }

        foreach (var address in attachment.Addresses.Select(IPAddress.Parse))
        {
            var six = address.AddressFamily == AddressFamily.InterNetworkV6;
            var member = address.GetAddressBytes();
            var all = attachment.Ports.Where(static p => p.HostAddress.Length == 0).ToList();
            if (all.Count > 0)
            {
                yield return (Ports(six).Name, [.. all.Select(p => new NftElement([.. Key(p)], [.. member, .. Port(p.Port)]))]);
            }

            var bound = attachment.Ports.Where(p => p.HostAddress.Length > 0 && IPAddress.Parse(p.HostAddress).AddressFamily == address.AddressFamily).ToList();
            if (bound.Count > 0)
            {
                yield return (Bound(six).Name, [.. bound.Select(p => new NftElement([.. IPAddress.Parse(p.HostAddress).GetAddressBytes(), .. Key(p)], [.. member, .. Port(p.Port)]))]);
            }

            if (attachment.AllowFrom.Count == 0)
            {
                continue;
            }

            yield return (Restricted(six).Name, [new NftElement(member)]);
            var sources = attachment.AllowFrom.Select(IPNetwork.Parse).Where(n => n.BaseAddress.AddressFamily == address.AddressFamily).ToList();
            if (sources.Count > 0)
            {
                yield return (Allowed(six).Name, [.. sources.Select(n => new NftElement([.. member, .. n.BaseAddress.GetAddressBytes()], KeyEnd: [.. member, .. Last(n)]))]);
            }
        }
    }

    /// <summary>What has to go and what has to come where a member's ports change: what both have stays, and no packet misses it.</summary>
    public static (IReadOnlyList<(string Set, IReadOnlyList<NftElement> Elements)> Gone, IReadOnlyList<(string Set, IReadOnlyList<NftElement> Elements)> Come) Difference(
        NetworkAttachment from, NetworkAttachment to)
    {
        return (Beyond(from, to), Beyond(to, from));

        static List<(string Set, IReadOnlyList<NftElement> Elements)> Beyond(NetworkAttachment one, NetworkAttachment other)
        {
            var has = ElementsOf(other).SelectMany(static part => part.Elements.Select(element => Text(part.Set, element))).ToHashSet(StringComparer.Ordinal);
            var parts = ElementsOf(one).Select(part => (part.Set, Elements: (IReadOnlyList<NftElement>)[.. part.Elements.Where(element => !has.Contains(Text(part.Set, element)))]));
            return [.. parts.Where(static part => part.Elements.Count > 0)];
        }
    }

    private static string Text(string set, NftElement element) =>
        $"{set} {Convert.ToHexString(element.Key)} {Convert.ToHexString(element.KeyEnd ?? [])} {Convert.ToHexString(element.Data ?? [])}";

    private static NftSet[] Of(bool isInternet6) => [Ports(isInternet6), Bound(isInternet6), Restricted(isInternet6), Allowed(isInternet6)];

    private static NftField Address(bool isInternet6) => isInternet6 ? NftField.Internet6 : NftField.Internet4;

    private static string Name(string stem, bool isInternet6) => stem + (isInternet6 ? "6" : "4");

    private static byte[] Key(PublishedPort port) => [port.Protocol, 0, 0, 0, .. Port(port.HostPort)];

    private static byte[] Port(int port) => [(byte)(port >> 8), (byte)port, 0, 0];

    private static byte[] Last(IPNetwork network)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        for (var bit = network.PrefixLength; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return bytes;
    }
}
