using System;
using System.Collections.Generic;
using System.Net;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Processes;

namespace Virt.Linux.Netlink;

/// <summary>Links, addresses and routes of one network namespace (rtnetlink(7)). One thread at a time.</summary>
public sealed partial class RouteSocket : IDisposable
{
    private const ushort GetLink = 18, GetAddress = 22;
    private const uint LoopbackFlag = 8, UpFlag = 1;
    private readonly NetlinkSocket socket;

    private RouteSocket(NetlinkSocket socket) => this.socket = socket;

    /// <summary>Opens the caller's namespace.</summary>
    public static RouteSocket Open() => new(NetlinkSocket.Open(NetlinkSocket.Route, "rtnetlink"));

    /// <summary>Takes over a socket that was made in another namespace.</summary>
    internal static RouteSocket Of(SafeFileHandle made) => new(new NetlinkSocket(made, "rtnetlink"));

    /// <summary>Opens the namespace of a process.</summary>
    /// <exception cref="LinuxException">ESRCH: it has ended.</exception>
    public static RouteSocket Open(PidFd process) => NetworkNamespace.In(process, Open);

    /// <summary>All addresses of all links.</summary>
    public IReadOnlyList<NetworkAddress> ReadAddresses()
    {
        var links = new Dictionary<int, NetworkLink>();
        foreach (var link in ReadLinks())
            links[link.Index] = link;
        var addresses = new List<NetworkAddress>();
        // struct ifaddrmsg: family, prefix length, flags, scope, index at 4; attributes from 8. IFA_LOCAL = 2, else IFA_ADDRESS = 1.
        socket.Ask(GetAddress, stackalloc byte[8], body =>
        {
            if ((NetlinkSocket.Attribute(body[8..], 2) ?? NetlinkSocket.Attribute(body[8..], 1)) is { Length: 4 or 16 } bytes && links.TryGetValue(BitConverter.ToInt32(body[4..]), out var link))
                addresses.Add(new NetworkAddress(link.Name, new IPAddress(bytes), body[1], link.IsLoopback));
        });
        return addresses;
    }

    /// <summary>All links.</summary>
    public IReadOnlyList<NetworkLink> ReadLinks()
    {
        var links = new List<NetworkLink>();
        // struct ifinfomsg: family, type, index at 4, flags at 8; attributes from 16. IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_MASTER = 10.
        socket.Ask(GetLink, stackalloc byte[16], body => links.Add(new NetworkLink(
            BitConverter.ToInt32(body[4..]),
            NetlinkSocket.Attribute(body[16..], 3) is { } name ? Encoding.UTF8.GetString(name).TrimEnd('\0') : "",
            NetlinkSocket.Attribute(body[16..], 4) is { Length: 4 } mtu ? BitConverter.ToInt32(mtu) : 0,
            NetlinkSocket.Attribute(body[16..], 10) is { Length: 4 } master ? BitConverter.ToInt32(master) : 0,
            (BitConverter.ToUInt32(body[8..]) & LoopbackFlag) != 0,
            (BitConverter.ToUInt32(body[8..]) & UpFlag) != 0)));
        return links;
    }

    /// <summary>All destinations that a routing table of the namespace knows, without the default routes.</summary>
    public IReadOnlyList<IPNetwork> ReadRoutes()
    {
        var routes = new List<IPNetwork>();
        // struct rtmsg: family, destination's prefix length at 1; attributes from 12. RTA_DST = 1.
        socket.Ask(GetRoute, stackalloc byte[12], body =>
        {
            if (NetlinkSocket.Attribute(body[12..], 1) is { Length: 4 or 16 } bytes && body[1] > 0)
                routes.Add(Network(bytes, body[1]));
        });
        return routes;
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private static IPNetwork Network(byte[] bytes, int prefix)
    {
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), prefix);
    }
}
