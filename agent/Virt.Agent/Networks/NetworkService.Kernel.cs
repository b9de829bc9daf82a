using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Netlink;

namespace Virt.Agent.Networks;

/// <content>What the kernel has of networks. Everything here may be done again: what is there already stays.</content>
public sealed partial class NetworkService
{
    private const string Settings = "/proc/sys/net";

    /// <exception cref="LinuxException">The kernel refuses something.</exception>
    private void MakeLinks(NetworkEntry entry)
    {
        var spec = entry.Spec;
        OnRoutes(socket =>
        {
            var links = socket.ReadLinks();
            if (links.FirstOrDefault(link => link.Name == spec.Bridge) is not { } bridge)
            {
                socket.AddBridge(spec.Bridge, spec.MtuBytes, entry.MacAddress);
                links = socket.ReadLinks();
                bridge = links.First(link => link.Name == spec.Bridge);
            }
            else if (bridge.Mtu != spec.MtuBytes)
            {
                var index = bridge.Index;
                socket.SetMtu([index, .. links.Where(link => link.Master == index).Select(static link => link.Index)], spec.MtuBytes);
                entry.HasNewMtu = true;
            }

            entry.Bridge = bridge.Index;
            SetUp(spec);
            socket.Configure(bridge.Index, spec.Ranges.Select(static range => (range.Gateway, range.PrefixLength)), []);
            if (spec.VlanId is { } id && !links.Any(link => link.Name == spec.VlanLink))
            {
                var parent = links.FirstOrDefault(link => link.Name == spec.Uplink) ?? throw new LinuxException("rtnetlink", 19 /* ENODEV */, spec.Uplink);
                socket.AddVlan(spec.VlanLink, parent.Index, id, bridge.Index);
            }
        });
    }

    // The other ends of the ports: a longer packet would get lost between the two.
    private void SetInnerMtu(NetworkEntry entry)
    {
        foreach (var member in entry.HasNewMtu ? LiveOf(entry) : [])
        {
            try
            {
                using var inside = member.OpenSpace();
                inside?.SetMtu([InnerIndex + member.Number], entry.Spec.MtuBytes);
            }
            catch (LinuxException e)
            {
                AgentLog.Error($"Could not set the MTU of {member.Kind} '{member.Name}', which has it after its next start", e);
            }
        }

        entry.HasNewMtu = false;
    }

    // Before the bridge has an address: from then on it could be talked to.
    private static void SetUp(NetworkSpec spec)
    {
        var has6 = spec.Ranges.Any(static range => range.IsInternet6);
        Write($"ipv6/conf/{spec.Bridge}/accept_ra", "0"); // a member could announce itself as the host's router (CVE-2020-10749)
        Write($"ipv6/conf/{spec.Bridge}/accept_redirects", "0");
        // Whom it leads packets to it looks for by its link-local address; that is made of a hardware address which is no one else's, and would be of no use for the seconds of a check.
        Write($"ipv6/conf/{spec.Bridge}/accept_dad", "0");
        Write($"ipv6/conf/{spec.Bridge}/dad_transmits", "0");
        Write($"ipv6/conf/{spec.Bridge}/disable_ipv6", has6 ? "0" : "1"); // by link-local addresses members would reach the host
        Write($"ipv4/conf/{spec.Bridge}/send_redirects", "0");
        Write($"ipv4/conf/{spec.Bridge}/route_localnet", spec.Mode == VirtNetworkMode.Isolated ? "0" : "1");
    }

    /// <exception cref="LinuxException">The kernel refuses something.</exception>
    private void MakeRules(NetworkEntry entry)
    {
        var batch = new NftBatch();
        NetworkRules.Add(batch, entry.Spec);
        Publish(batch, entry.Spec, LiveOf(entry));
        nft.Value.Commit(batch);
        if (entry.Spec.Mode != VirtNetworkMode.Isolated)
        {
            Forward(entry.Spec);
        }
    }

    // A host that forwards nothing until now begins to, for our networks and nobody else: the guard comes first.
    private void Forward(NetworkSpec spec)
    {
        if (Read("ipv4/ip_forward") == "0")
        {
            Guard();
            Write("ipv4/ip_forward", "1");
        }

        if (spec.Ranges.Any(static range => range.IsInternet6) && Read("ipv6/conf/all/forwarding") == "0")
        {
            Guard();
            KeepRouterAdvertisements();
            Write("ipv6/conf/all/forwarding", "1");
        }
    }

    private void Guard()
    {
        var batch = new NftBatch();
        NetworkRules.AddGuard(batch);
        nft.Value.Commit(batch);
    }

    // A router does not listen to other routers unless it is told to (accept_ra = 2): the host would lose the addresses that it has from them.
    private static void KeepRouterAdvertisements()
    {
        foreach (var folder in Directory.Exists($"{Settings}/ipv6/conf") ? Directory.GetDirectories($"{Settings}/ipv6/conf") : [])
        {
            var link = Path.GetFileName(folder);
            if (Read($"ipv6/conf/{link}/accept_ra") == "1")
            {
                Write($"ipv6/conf/{link}/accept_ra", "2");
            }
        }
    }

    private void Unmake(NetworkEntry entry)
    {
        Unlink(entry);
        Unrule(entry);
    }

    private void Unlink(NetworkEntry entry) => OnRoutes(socket =>
    {
        if (entry.Spec.VlanId is not null)
        {
            socket.RemoveLink(entry.Spec.VlanLink);
        }

        socket.RemoveLink(entry.Spec.Bridge);
    });

    private void Unrule(NetworkEntry entry)
    {
        var tables = nft.Value.ReadTables();
        var batch = new NftBatch();
        if (tables.Contains(entry.Spec.Bridge))
        {
            batch.RemoveTable(entry.Spec.Bridge);
        }

        // The guard is there only where the host forwarded nothing before: with the last network that goes back.
        if (tables.Contains(NetworkRules.Guard) && entries.Values.All(other => other.Id == entry.Id || other.Spec.Mode == VirtNetworkMode.Isolated))
        {
            Write("ipv4/ip_forward", "0");
            Write("ipv6/conf/all/forwarding", "0");
            batch.RemoveTable(NetworkRules.Guard);
        }

        nft.Value.Commit(batch);
    }

    private static void Publish(NftBatch batch, NetworkSpec spec, IEnumerable<NetworkMember> members)
    {
        foreach (var set in members.SelectMany(static m => PublishedSets.ElementsOf(m.Attachment)).GroupBy(static part => part.Set, static part => part.Elements))
        {
            batch.AddElements(spec.Bridge, set.Key, [.. set.SelectMany(static elements => elements)]);
        }
    }

    private List<NetworkMember> LiveOf(NetworkEntry entry)
    {
        lock (gate)
        {
            return [.. entry.Members.Values.Where(m => entry.Live.Contains(m.Id))];
        }
    }

    private static string Read(string setting)
    {
        try
        {
            return File.ReadAllText($"{Settings}/{setting}").Trim();
        }
        catch (IOException)
        {
            return ""; // a kernel without that family
        }
    }

    private static void Write(string setting, string value)
    {
        try
        {
            if (Read(setting) is { Length: > 0 } present && present != value)
            {
                File.WriteAllText($"{Settings}/{setting}", value);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            AgentLog.Error($"Could not set {setting} to {value}", e);
        }
    }
}
