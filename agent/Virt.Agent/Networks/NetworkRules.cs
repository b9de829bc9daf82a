using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Virt.Agent.Common;
using Virt.Linux.Netlink;

namespace Virt.Agent.Networks;

/// <summary>
/// A network's nftables table, in which all that it needs stands: with the table it is gone. Its chains only ever take away: what they accept, every other
/// table of the host can still refuse (nft(8), "accept" ends a chain and not the packet's way).
/// </summary>
internal static class NetworkRules
{
    /// <summary>All bridges of ours have names that begin so.</summary>
    public const string OurLinks = "virt*";

    /// <summary>The table that keeps a host from forwarding for others which only forwards because of us.</summary>
    public const string Guard = "virt";

    private const int Raw = -300, DestinationNat = -100, Filter = 0, SourceNat = 100, NameService = 53, AddressService = 67;
    private const byte Icmp = 1, Tcp = 6, Udp = 17, Icmp6 = 58;
    private const string Version = "2";

    private static readonly IPNetwork Loopback = new(new IPAddress([127, 0, 0, 0]), 8);

    /// <summary>A chain of this name says that the table is of this agent's making and for this spec.</summary>
    public static string Mark(NetworkSpec spec) =>
        string.Create(CultureInfo.InvariantCulture, $"made-{StableHash.Of(Version + JsonSerializer.Serialize(spec with { Labels = new Dictionary<string, string>() }, NetworkJson.Default.NetworkSpec)):x16}");

    /// <summary>Makes the table anew, with nothing published.</summary>
    public static void Add(NftBatch batch, NetworkSpec spec)
    {
        var table = spec.Bridge;
        batch.AddTable(table); // so that there is one to remove
        batch.RemoveTable(table);
        batch.AddTable(table);
        batch.AddChain(table, Mark(spec));
        foreach (var set in PublishedSets.All)
        {
            batch.AddSet(table, set);
        }

        Publishing(batch, spec);
        Translation(batch, spec);
        Forwarding(batch, spec);
        Host(batch, spec);
    }

    /// <summary>Makes the guard.</summary>
    public static void AddGuard(NftBatch batch)
    {
        batch.AddTable(Guard);
        batch.RemoveTable(Guard);
        batch.AddTable(Guard);
        batch.AddChain(Guard, "forward", "filter", NftHook.Forward, Filter);
        batch.AddRule(Guard, "forward", new NftRule().From(OurLinks, isNot: true).To(OurLinks, isNot: true).Drop());
    }

    private static void Publishing(NftBatch batch, NetworkSpec spec)
    {
        if (spec.Mode == VirtNetworkMode.Isolated)
        {
            return;
        }

        foreach (var (chain, hook) in new[] { ("prerouting", NftHook.Prerouting), ("output", NftHook.Output) })
        {
            batch.AddChain(spec.Bridge, chain, "nat", hook, DestinationNat);
            foreach (var subnet in spec.Ranges)
            {
                var six = subnet.IsInternet6;
                batch.AddRule(spec.Bridge, chain, new NftRule().Family(six).ToThisHost().PublishBy(PublishedSets.Bound(six).Name, six, withAddress: true));
                batch.AddRule(spec.Bridge, chain, new NftRule().Family(six).ToThisHost().PublishBy(PublishedSets.Ports(six).Name, six, withAddress: false));
            }
        }
    }

    private static void Translation(NftBatch batch, NetworkSpec spec)
    {
        if (spec.Mode == VirtNetworkMode.Isolated)
        {
            return;
        }

        var table = spec.Bridge;
        batch.AddChain(table, "postrouting", "nat", NftHook.Postrouting, SourceNat);
        foreach (var subnet in spec.Ranges)
        {
            var six = subnet.IsInternet6;
            if (spec.Mode == VirtNetworkMode.Bridge)
            {
                batch.AddRule(table, "postrouting", new NftRule().To(table, isNot: true).Family(six).Source(subnet.Network).Masquerade());
            }

            // A member that comes to another by a published port: the answer must come back through the host.
            batch.AddRule(table, "postrouting", new NftRule().To(table).Family(six).Source(subnet.Network).WasPublished().Masquerade());
            if (!six)
            {
                // What the host itself sends to 127.0.0.1 keeps that as its source (Documentation/networking/ip-sysctl, route_localnet).
                batch.AddRule(table, "postrouting", new NftRule().To(table).Family(six).Source(Loopback).Masquerade());
            }
        }

        // With route_localnet a member could send to the host's loopback (CVE-2020-8558).
        batch.AddChain(table, "loopback", "filter", NftHook.Prerouting, Raw);
        batch.AddRule(table, "loopback", new NftRule().From(table).Family(isInternet6: false).Destination(Loopback).Drop());
    }

    private static void Forwarding(NftBatch batch, NetworkSpec spec)
    {
        var table = spec.Bridge;
        batch.AddChain(table, "forward", "filter", NftHook.Forward, Filter);
        if (spec.Mode == VirtNetworkMode.Isolated)
        {
            batch.AddRule(table, "forward", new NftRule().From(table).To(table, isNot: true).Drop());
            batch.AddRule(table, "forward", new NftRule().To(table).From(table, isNot: true).Drop());
            return;
        }

        batch.AddRule(table, "forward", new NftRule().Established().Accept());
        batch.AddRule(table, "forward", new NftRule().From(table).To(table).Accept());
        // Networks of one host do not see each other, but for what they publish.
        batch.AddRule(table, "forward", new NftRule().From(table).To(OurLinks).WasPublished(isNot: true).Drop());
        batch.AddRule(table, "forward", new NftRule().To(table).From(OurLinks).WasPublished(isNot: true).Drop());
        foreach (var subnet in spec.Ranges)
        {
            var six = subnet.IsInternet6;
            batch.AddRule(table, "forward", new NftRule().To(table).Family(six).WasPublished().DestinationIn(PublishedSets.Restricted(six).Name, six, withSource: false, isNot: true).Accept());
            batch.AddRule(table, "forward", new NftRule().To(table).Family(six).WasPublished().DestinationIn(PublishedSets.Allowed(six).Name, six, withSource: true).Accept());
            batch.AddRule(table, "forward", new NftRule().To(table).Family(six).WasPublished().Drop());
        }

        if (spec.Mode == VirtNetworkMode.Bridge)
        {
            batch.AddRule(table, "forward", new NftRule().To(table).Drop());
        }
    }

    // What comes to the host itself.
    private static void Host(NftBatch batch, NetworkSpec spec)
    {
        var table = spec.Bridge;
        batch.AddChain(table, "input", "filter", NftHook.Input, Filter);
        foreach (var subnet in spec.Ranges)
        {
            // Its name server is for its members.
            foreach (var transport in new[] { Udp, Tcp })
            {
                var gateway = new IPNetwork(subnet.Gateway, subnet.IsInternet6 ? 128 : 32);
                batch.AddRule(table, "input", new NftRule().From(table, isNot: true).From("lo", isNot: true).Family(subnet.IsInternet6).Destination(gateway).Transport(transport).DestinationPort(NameService).Drop());
            }
        }

        if (spec.Mode != VirtNetworkMode.Isolated)
        {
            return;
        }

        batch.AddRule(table, "input", new NftRule().From(table).Established().Accept());
        foreach (var transport in new[] { Udp, Tcp })
        {
            batch.AddRule(table, "input", new NftRule().From(table).Transport(transport).DestinationPort(NameService).Accept());
        }

        batch.AddRule(table, "input", new NftRule().From(table).Transport(Udp).DestinationPort(AddressService).Accept());
        foreach (var transport in new[] { Icmp, Icmp6 })
        {
            batch.AddRule(table, "input", new NftRule().From(table).Transport(transport).Accept()); // neighbours are found by it too
        }

        batch.AddRule(table, "input", new NftRule().From(table).Drop());
    }
}
