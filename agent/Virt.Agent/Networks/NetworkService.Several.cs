using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using Microsoft.Win32.SafeHandles;
using Virt.Linux;
using Virt.Linux.Netlink;

namespace Virt.Agent.Networks;

/// <content>Containers that stand in several networks. The first adapter has the published ports; a default route of each family leads over the first one whose network leads out.</content>
public sealed partial class NetworkService
{
    /// <summary>What a container sees an adapter as.</summary>
    public static string InnerName(int number) => number == 0 ? "eth0" : FormattableString.Invariant($"eth{number}");

    /// <summary>The id of a network that is there; null: there is none of that name, or it is built in.</summary>
    public Guid? FindId(string name) => FindByName(name)?.Id;

    /// <summary>True where an address is one of a network's.</summary>
    public bool Has(string network, string address) => IPAddress.TryParse(address, out var parsed) && FindByName(network) is { } entry && BookOf(entry.Books, parsed) is not null;

    /// <summary>Makes the link of an adapter that a container has beside its first, as <see cref="Connect(NetworkMember, Guid, SafeFileHandle, RouteSocket)"/> does.</summary>
    /// <param name="member">The adapter, for which <see cref="Prepare"/> was called.</param>
    /// <param name="before">Those that the container has before it.</param>
    /// <param name="launch">The container's launch; names the link.</param>
    /// <param name="space">Its namespace.</param>
    /// <param name="inside">A socket in it.</param>
    /// <param name="mayForward">The container leads packets from one of its networks to the other. A namespace begins as a host that does, where this one is.</param>
    /// <exception cref="LinuxException">The kernel refuses something.</exception>
    public void ConnectFurther(NetworkMember member, IReadOnlyList<NetworkMember> before, Guid launch, SafeFileHandle space, RouteSocket inside, bool mayForward)
    {
        Connect(member, launch, space, inside, LedBy(member, before));
        if (!mayForward)
        {
            inside.StopForwarding([.. before.Append(member).Select(static one => InnerIndex + one.Number)]);
        }
    }

    /// <summary>Takes such an adapter from a container that runs, or ran, and what led over it to the one that comes next. May be called again.</summary>
    /// <param name="member">The adapter.</param>
    /// <param name="others">All others that the container has, the first one first.</param>
    /// <param name="launch">The container's launch.</param>
    /// <exception cref="LinuxException">The kernel refuses something.</exception>
    public void Unplug(NetworkMember member, IReadOnlyList<NetworkMember> others, Guid launch)
    {
        Disconnect(member);
        OnRoutes(socket => socket.RemoveLink(PortName(member, launch)));
        if (!entries.TryGetValue(member.Attachment.NetworkId, out var entry) || !GatewaysOf(entry.Spec).Any())
        {
            return;
        }

        using var inside = OpenSpace(member);
        for (var i = 0; inside is not null && i < others.Count; i++)
        {
            if (LedBy(others[i], [.. others.Take(i)]).ToList() is { Count: > 0 } gateways)
            {
                inside.Configure(InnerIndex + others[i].Number, [], gateways);
            }
        }
    }

    // Null: it has just ended.
    private static RouteSocket? OpenSpace(NetworkMember member)
    {
        try
        {
            return member.OpenSpace();
        }
        catch (LinuxException e) when (e.Errno == Errno.ESRCH)
        {
            return null;
        }
    }

    // Of the families that none before it leads out.
    private List<IPAddress> LedBy(NetworkMember member, IReadOnlyList<NetworkMember> before)
    {
        var led = before.SelectMany(one => GatewaysOf(EntryOf(one).Spec)).Select(static gateway => gateway.AddressFamily).ToHashSet();
        return [.. GatewaysOf(EntryOf(member).Spec).Where(gateway => !led.Contains(gateway.AddressFamily))];
    }

    // One that goes and comes again while its container runs does not meet its former link, nor that of an earlier run, which the kernel takes away in its own time.
    private static string PortName(NetworkMember member, Guid launch)
    {
        if (member.Number == 0)
        {
            return LinkName(launch);
        }

        var (one, other) = (member.Id.ToByteArray(), launch.ToByteArray());
        return LinkName(new Guid([.. one.Zip(other, static (left, right) => (byte)(left ^ right))]));
    }
}
