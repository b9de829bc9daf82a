using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Win32.SafeHandles;
using Virt.Linux;
using Virt.Linux.Netlink;
using Virt.Protocol;

namespace Virt.Agent.Networks;

public sealed partial class NetworkService
{
    // Not 2: a kernel may put tunnels of its own into every namespace (net.core.fb_tunnels_only_for_init_net).
    private const int InnerIndex = 64;

    /// <summary>Takes a workload's ports of the host before it is started.</summary>
    /// <exception cref="VirtException">Conflict; NotFound (an address of the host); Unavailable: the network could not be set up.</exception>
    public void Prepare(NetworkMember member) => PrepareTo("start", member);

    /// <summary>The same for one that runs and with which something else is done.</summary>
    public void PrepareTo(string verb, NetworkMember member)
    {
        var entry = EntryOf(member);
        if (entry.Bridge == 0)
        {
            throw new VirtException(ErrorCode.Unavailable, "NetworkNotReady", $"Cannot {verb} {member.Kind} '{member.Name}': its network '{entry.Name}' is not ready. {entry.Status}".TrimEnd(), member.Name, "systemctl restart virt-agent");
        }

        ports.Take(member);
    }

    /// <summary>Makes a workload's link into its network, in its own network namespace, and publishes its ports. What it had from an earlier start is replaced.</summary>
    /// <param name="member">The workload, for which <see cref="Prepare"/> was called.</param>
    /// <param name="launch">Names the link.</param>
    /// <param name="space">The namespace.</param>
    /// <param name="inside">A socket in it.</param>
    /// <exception cref="LinuxException">The kernel refuses something.</exception>
    public void Connect(NetworkMember member, Guid launch, SafeFileHandle space, RouteSocket inside) => Connect(member, launch, space, inside, GatewaysOf(EntryOf(member).Spec));

    private void Connect(NetworkMember member, Guid launch, SafeFileHandle space, RouteSocket inside, IEnumerable<IPAddress> gateways)
    {
        var entry = EntryOf(member);
        var spec = entry.Spec;
        var mac = PhysicalAddress.Parse(member.Attachment.MacAddress);
        AddPair(PortName(member, launch), entry.Bridge, spec.MtuBytes, (InnerName(member.Number), InnerIndex + member.Number), mac, space);

        // As with Docker: no IPv6 where the network has none. Each would tell all others of its own address, which in a hundred namespaces is a hundred times heard.
        var hasV6 = spec.Ranges.Any(static range => range.IsInternet6);
        inside.Configure(InnerIndex + member.Number, AddressesOf(spec, member), gateways, hasV6 ? 0 : spec.MtuBytes);
        GoLive(entry, member);
    }

    /// <summary>What a guest is told that does not ask by DHCP.</summary>
    /// <exception cref="VirtException">NotFound: the network is gone.</exception>
    public GuestLink LinkOf(NetworkMember member)
    {
        var spec = EntryOf(member).Spec;
        return new GuestLink(member.Attachment.MacAddress, spec.MtuBytes, [.. AddressesOf(spec, member)], [.. GatewaysOf(spec)]);
    }

    private static IEnumerable<(IPAddress Address, int PrefixLength)> AddressesOf(NetworkSpec spec, NetworkMember member) =>
        member.Attachment.Addresses.Select(IPAddress.Parse).Select(address => (address, spec.Ranges.First(range => range.NumberOf(address) is not null).PrefixLength));

    private static IEnumerable<IPAddress> GatewaysOf(NetworkSpec spec) => spec.Mode == VirtNetworkMode.Isolated ? [] : spec.Ranges.Select(static range => range.Gateway);

    /// <summary>
    /// Makes a workload's link into its network whose other end is a file, for a QEMU; and publishes its ports. The link goes with the last who has the file open, so that
    /// nothing is left of it whoever ends first.
    /// </summary>
    /// <param name="member">The workload, for which <see cref="Prepare"/> was called.</param>
    /// <returns>The file.</returns>
    /// <exception cref="VirtException">NotSupported: the kernel has no taps, or refuses something.</exception>
    public SafeFileHandle ConnectTap(NetworkMember member)
    {
        var entry = EntryOf(member);
        SafeFileHandle? file = null;
        try
        {
            var name = LinkName(member.Id);
            file = TapLink.Open(name);
            OnRoutes(socket => socket.SetPort(name, entry.Bridge, entry.Spec.MtuBytes));
            GoLive(entry, member);
            return file;
        }
        catch (LinuxException e)
        {
            file?.Dispose();
            throw new VirtException(
                ErrorCode.NotSupported, "TapNotMade", $"Cannot start {member.Kind} '{member.Name}': the kernel refused its link into network '{entry.Name}' ({e.Message}).", member.Name, "sudo modprobe tun", e);
        }
    }

    /// <summary>What has passed over the link of a workload whose other end is a file; null where that does not run.</summary>
    public LinkTraffic? TrafficOf(NetworkMember member) => LinkTraffic.Of(LinkName(member.Id));

    private void GoLive(NetworkEntry entry, NetworkMember member)
    {
        lock (gate)
        {
            entry.Live.Add(member.Id);
        }

        if (member.Attachment.Ports.Count > 0)
        {
            var batch = new NftBatch();
            Publish(batch, entry.Spec, [member]);
            nft.Value.Commit(batch);
        }

        names.Add(entry.Id, member);
        addressServer.Add(entry.Id, member);
    }

    /// <summary>Ends what leads to a workload that has ended. May be called again.</summary>
    public void Disconnect(NetworkMember member)
    {
        if (!entries.TryGetValue(member.Attachment.NetworkId, out var entry))
        {
            return;
        }

        bool wasLive;
        lock (gate)
        {
            wasLive = entry.Live.Remove(member.Id);
        }

        names.Remove(entry.Id, member);
        addressServer.Remove(entry.Id, member);
        try
        {
            if (wasLive && member.Attachment.Ports.Count > 0)
            {
                var batch = new NftBatch();
                foreach (var (set, elements) in PublishedSets.ElementsOf(member.Attachment))
                {
                    batch.AddElements(entry.Spec.Bridge, set, elements, isRemoved: true);
                }

                nft.Value.Commit(batch);
            }
        }
        catch (LinuxException e)
        {
            Common.AgentLog.Error($"Could not take back the ports of {member.Kind} '{member.Name}'; the agent's next start does", e);
        }
        finally
        {
            ports.Release(member.Id);
        }
    }

    /// <summary>Where a workload asks for names: the network's own name servers, which know the others.</summary>
    public IReadOnlyList<string> NameServersOf(NetworkAttachment attachment) =>
        entries.TryGetValue(attachment.NetworkId, out var entry) ? [.. entry.Spec.Ranges.Select(static range => range.Gateway.ToString())] : [];

    private NetworkEntry EntryOf(NetworkMember member) => entries.TryGetValue(member.Attachment.NetworkId, out var entry)
        ? entry
        : throw new VirtException(ErrorCode.NotFound, "NetworkNotFound", $"Cannot start {member.Kind} '{member.Name}': its network is not there any more.", member.Name, "Get-VirtNetwork");

    // Indices far above those that the kernel counts up to; one that is taken all the same is not taken twice. Known beforehand, they need not be asked for: each
    // question would wait for whatever else changes links on the host.
    private void AddPair(string port, int bridge, int mtu, (string Name, int Index) peer, PhysicalAddress mac, SafeFileHandle space)
    {
        for (var tries = 3; ; tries--)
        {
            try
            {
                OnRoutes(socket => socket.AddPair((port, Random.Shared.Next(1 << 24, 1 << 30)), bridge, mtu, peer, mac, space));
                return;
            }
            catch (LinuxException e) when (e.Errno is Errno.EBUSY or Errno.EEXIST && tries > 0)
            {
                // Another index.
            }
        }
    }

    // 13 of the 15 letters that a link's name may have, and never one that begins like a bridge of ours.
    private static string LinkName(Guid launch) => "v" + launch.ToString("n")[..12];
}
