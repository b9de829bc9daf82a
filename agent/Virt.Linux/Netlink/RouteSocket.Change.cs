using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Netlink;

/// <content>Changes. What waits for the kernel to finish with a link (moving one, removing a veth) is not here: a veth goes with its namespace.</content>
public sealed partial class RouteSocket
{
    // linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h, linux/veth.h
    private const ushort NewLink = 16, DeleteLinkMessage = 17, NewAddress = 20, NewRoute = 24, GetRoute = 26;
    private const ushort Name = 3, Mtu = 4, LinkAddress = 1, Master = 10, LinkInfo = 18, NamespaceDescriptor = 28, ParentLink = 5;
    private const ushort FamilySettings = 26, AddressMode = 8, InternetV6 = 10, InternetV4 = 2;
    private const ushort LinkSettings = 1, Forwarding = 1; // IFLA_INET_CONF; IPV4_DEVCONF_FORWARDING of linux/ip.h
    private const ushort InfoKind = 1, InfoData = 2, Peer = 1, VlanId = 1;
    private const ushort LocalAddress = 2, Address = 1, AddressFlags = 8, Gateway = 5, OutLink = 4;
    private const int NoDuplicateDetection = 2;
    private const byte NoOwnAddress = 1; // IN6_ADDR_GEN_MODE_NONE
    private const int LeastMtuOfV6 = 1280;

    // A kernel without IPv6 (ipv6.disable=1) has no such settings of a link.
    private static readonly bool HasV6 = Directory.Exists("/proc/sys/net/ipv6");

    /// <summary>Makes a bridge that is up.</summary>
    /// <exception cref="LinuxException">EEXIST: a link of that name is there.</exception>
    public void AddBridge(string name, int mtu, PhysicalAddress address)
    {
        var batch = new NetlinkBatch();
        Link(batch, name, NetlinkBatch.Create | NetlinkBatch.Exclusive, 0, isUp: true);
        batch.Add(Name, name);
        batch.Add(Mtu, mtu);
        batch.Add(LinkAddress, address.GetAddressBytes());
        Kind(batch, "bridge", static _ => { });
        socket.Commit(batch);
    }

    /// <summary>
    /// Makes a pair of links: one is a port of a bridge here and up, the other is born in another namespace and is not. One message: moving a link there afterwards would
    /// wait for the kernel some twenty milliseconds. The port gives itself no IPv6 address: what it would tell all others of the bridge because of one costs more than the pair.
    /// </summary>
    /// <param name="port">The port's name and index; the kernel lets the peer's be chosen only where the port's is (veth_newlink).</param>
    /// <param name="bridge">The bridge's index.</param>
    /// <param name="mtu">Of both, in bytes.</param>
    /// <param name="peer">The other's name and index there.</param>
    /// <param name="peerAddress">Its hardware address.</param>
    /// <param name="space">The other's namespace.</param>
    /// <exception cref="LinuxException">EEXIST, EBUSY: the name or an index is taken. ENODEV: there is no such bridge.</exception>
    public void AddPair((string Name, int Index) port, int bridge, int mtu, (string Name, int Index) peer, PhysicalAddress peerAddress, SafeFileHandle space)
    {
        var batch = new NetlinkBatch();
        Link(batch, port.Name, NetlinkBatch.Create | NetlinkBatch.Exclusive, port.Index, isUp: true);
        batch.Add(Name, port.Name);
        batch.Add(Mtu, mtu);
        batch.Add(Master, bridge);
        Kind(batch, "veth", data =>
        {
            var nest = data.Nest(Peer);
            data.AddRaw(LinkHeader(peer.Index, isUp: false)); // it cannot be up before its other end is (veth_open: ENOTCONN)
            data.Add(Name, peer.Name);
            data.Add(Mtu, mtu);
            data.Add(LinkAddress, peerAddress.GetAddressBytes());
            data.Add(NamespaceDescriptor, (int)space.DangerousGetHandle());
            data.End(nest);
        });
        NoAddressOfItsOwn(batch, port.Name, port.Index, mtu); // in time: it has no carrier before its peer is up
        socket.Commit(batch);
        GC.KeepAlive(space);
    }

    /// <summary>Makes a VLAN of another link as a port of a bridge, up.</summary>
    /// <exception cref="LinuxException">EEXIST: the link has that VLAN already. EOPNOTSUPP: the kernel knows no VLANs.</exception>
    public void AddVlan(string name, int parent, int id, int bridge)
    {
        var batch = new NetlinkBatch();
        Link(batch, name, NetlinkBatch.Create | NetlinkBatch.Exclusive, 0, isUp: true);
        batch.Add(Name, name);
        batch.Add(ParentLink, parent);
        batch.Add(Master, bridge);
        Kind(batch, "vlan", data => data.Add(VlanId, [(byte)id, (byte)(id >> 8)]));
        socket.Commit(batch);
    }

    /// <summary>Sets the longest packet of links.</summary>
    public void SetMtu(IEnumerable<int> links, int mtu)
    {
        var batch = new NetlinkBatch();
        foreach (var link in links)
        {
            Link(batch, $"{link}", 0, link, isUp: true);
            batch.Add(Mtu, mtu);
        }
        socket.Commit(batch);
    }

    /// <summary>Makes a link a port of a bridge, and sets it up, without an IPv6 address of its own.</summary>
    /// <param name="link">Its name.</param>
    /// <param name="bridge">The bridge's index.</param>
    /// <param name="mtu">Its longest packet, in bytes.</param>
    public void SetPort(string link, int bridge, int mtu)
    {
        var batch = new NetlinkBatch();
        NoAddressOfItsOwn(batch, link, 0, mtu);
        Link(batch, link, 0, 0, isUp: true);
        batch.Add(Name, link);
        batch.Add(Mtu, mtu);
        batch.Add(Master, bridge);
        socket.Commit(batch);
    }

    /// <summary>Removes a link; one that is not there is no error.</summary>
    public void RemoveLink(string name)
    {
        var batch = new NetlinkBatch();
        Link(batch, name, 0, 0, isUp: false, type: DeleteLinkMessage);
        batch.Add(Name, name);
        try
        {
            socket.Commit(batch);
        }
        catch (LinuxException e) when (e.Errno == 19 /* ENODEV */)
        {
        }
    }

    /// <summary>Sets a link up, and gives it addresses, and routes over it.</summary>
    /// <param name="link">Its index.</param>
    /// <param name="addresses">Each with the prefix length of its network. One that is there already stays.</param>
    /// <param name="gateways">Where default routes lead, one of each family at most.</param>
    /// <param name="onlyV4OfMtu">The link's MTU in bytes where it shall have no IPv6 address, not even one of its own making; 0: the kernel gives it one.</param>
    public void Configure(int link, IEnumerable<(IPAddress Address, int PrefixLength)> addresses, IEnumerable<IPAddress> gateways, int onlyV4OfMtu = 0)
    {
        var batch = new NetlinkBatch();
        NoAddressOfItsOwn(batch, $"{link}", link, onlyV4OfMtu);
        Link(batch, $"{link}", 0, link, isUp: true);
        foreach (var (address, prefix) in addresses)
        {
            var bytes = address.GetAddressBytes();
            // struct ifaddrmsg
            Span<byte> header = [Family(bytes), (byte)prefix, 0, 0, 0, 0, 0, 0];
            BinaryPrimitives.WriteInt32LittleEndian(header[4..], link);
            batch.Begin(address.ToString(), NewAddress, NetlinkBatch.Create | NetlinkBatch.Replace, header);
            batch.Add(LocalAddress, bytes);
            batch.Add(Address, bytes);
            if (bytes.Length == 16)
                batch.Add(AddressFlags, NoDuplicateDetection); // we give each address once; the kernel would make it wait a second
        }
        foreach (var gateway in gateways)
        {
            var bytes = gateway.GetAddressBytes();
            // struct rtmsg: table main (254), protocol static (4), scope universe (0), type unicast (1)
            batch.Begin($"default via {gateway}", NewRoute, NetlinkBatch.Create | NetlinkBatch.Replace, [Family(bytes), 0, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0]);
            batch.Add(Gateway, bytes);
            batch.Add(OutLink, link);
        }
        socket.Commit(batch);
    }

    /// <summary>Leads no packet of IPv4 on that comes in at a link. Of IPv6 a namespace leads none on from its beginning.</summary>
    /// <param name="links">Their indices.</param>
    public void StopForwarding(IEnumerable<int> links)
    {
        var batch = new NetlinkBatch();
        foreach (var link in links)
        {
            Link(batch, $"{link}", 0, link, isUp: true);
            var settings = batch.Nest(FamilySettings);
            var family = batch.Nest(InternetV4);
            var values = batch.Nest(LinkSettings);
            batch.Add(Forwarding, 0);
            batch.End(values);
            batch.End(family);
            batch.End(settings);
        }
        socket.Commit(batch);
    }

    // Before it is up. A link with a shorter MTU than IPv6 allows has no settings of it. Its index may be 0 where the subject is its name.
    private static void NoAddressOfItsOwn(NetlinkBatch batch, string subject, int link, int mtu)
    {
        if (!HasV6 || mtu < LeastMtuOfV6)
            return;
        Link(batch, subject, 0, link, isUp: false);
        if (link == 0)
            batch.Add(Name, subject);
        var settings = batch.Nest(FamilySettings);
        var family = batch.Nest(InternetV6);
        batch.Add(AddressMode, [NoOwnAddress]);
        batch.End(family);
        batch.End(settings);
    }

    private static byte Family(byte[] address) => address.Length == 4 ? (byte)2 : (byte)10;

    private static void Link(NetlinkBatch batch, string subject, int flags, int index, bool isUp, ushort type = NewLink) => batch.Begin(subject, type, (ushort)flags, LinkHeader(index, isUp));

    // struct ifinfomsg: family, type, index at 4, flags at 8, which of them at 12
    private static byte[] LinkHeader(int index, bool isUp)
    {
        var header = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), index);
        header[8] = header[12] = isUp ? (byte)UpFlag : (byte)0;
        return header;
    }

    private static void Kind(NetlinkBatch batch, string kind, Action<NetlinkBatch> addData)
    {
        var info = batch.Nest(LinkInfo);
        batch.Add(InfoKind, kind);
        var data = batch.Nest(InfoData);
        addData(batch);
        batch.End(data);
        batch.End(info);
    }
}
