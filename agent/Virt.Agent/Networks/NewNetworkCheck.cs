using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Networks;

/// <summary>Refuses what could be no network.</summary>
internal static class NewNetworkCheck
{
    /// <summary>The least that IPv6 asks for (RFC 8200, section 5), which IPv4 has no use for less than either.</summary>
    public const int LeastMtu = 1280;

    private const int LinkNameLength = 15;
    private static readonly string[] ReservedNames = ["isolated", "user"];

    /// <summary>Checks all but what the host has.</summary>
    /// <returns>The subnets that were asked for.</returns>
    /// <exception cref="VirtException">InvalidArgument; AlreadyExists for a name that is built in.</exception>
    public static IReadOnlyList<Subnet> Check(NewVirtNetwork request)
    {
        var name = request.Name;
        ResourceName.Check("create", NetworkService.Kind, name);
        Require(name, "Name", !ReservedNames.Contains(name, StringComparer.OrdinalIgnoreCase), $"with '{name}' New-VM means a network of QEMU's own", $"New-VirtNetwork {name}-net");
        CheckMode("create", name, request.Mode);
        CheckMtu("create", name, request.MtuBytes);
        Require(name, "VlanId", request.VlanId is null or (>= 1 and <= 4094), $"{request.VlanId} is no VLAN; 1 to 4094 are", $"New-VirtNetwork {name} -Uplink eth0 -VlanId 42");
        Require(name, "VlanId", request.VlanId is null == (request.Uplink.Length == 0), "a VLAN and the link that carries it are given together", $"New-VirtNetwork {name} -Uplink eth0 -VlanId 42");
        Require(name, "Uplink", request.Uplink.Length <= LinkNameLength && !request.Uplink.Contains('/') && !request.Uplink.Any(char.IsWhiteSpace), $"'{request.Uplink}' is no link's name", "ip link");
        var subnets = request.Subnets.Select(text => Parse(name, text)).ToList();
        Require(name, "Subnet", subnets.Count(static s => s.IsInternet6) <= 1 && subnets.Count(static s => !s.IsInternet6) <= 1, "it can have one subnet of IPv4 and one of IPv6", $"New-VirtNetwork {name} -Subnet 10.20.0.0/24, fd20::/64");
        return subnets;
    }

    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void CheckMode(string verb, string name, VirtNetworkMode? mode)
    {
        if (mode is VirtNetworkMode.Host or VirtNetworkMode.None)
        {
            throw Wrong(verb, name, "Mode", $"the network of the mode {mode} is built in", $"New-Container -Network {mode.ToString()!.ToLowerInvariant()}");
        }
    }

    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void CheckMtu(string verb, string name, int? mtu)
    {
        if (mtu is < LeastMtu or > 65535)
        {
            throw Wrong(verb, name, "MtuBytes", $"its packets would have {mtu} bytes; {LeastMtu} to 65535 are possible", $"Set-VirtNetwork {name} -MtuBytes 1500");
        }
    }

    private static Subnet Parse(string name, string text)
    {
        if (!IPNetwork.TryParse(text, out var network))
        {
            throw Wrong("create", name, "Subnet", $"'{text}' is no subnet such as 10.20.0.0/24", $"New-VirtNetwork {name} -Subnet 10.20.0.0/24");
        }

        var subnet = new Subnet(network);
        Require(name, "Subnet", subnet.IsInternet6 ? network.PrefixLength is >= 8 and <= 125 : network.PrefixLength is >= 8 and <= 29, $"'{text}' is too small or too large: of IPv4 /8 to /29, of IPv6 /8 to /125 are possible", $"New-VirtNetwork {name} -Subnet 10.20.0.0/24");
        var first = network.BaseAddress.GetAddressBytes()[0];
        var isSpecial = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork
            ? first is 0 or 127 or >= 224
            : first == 0xFF || network.BaseAddress.IsIPv6LinkLocal || network.Contains(IPAddress.IPv6Loopback) || network.Contains(IPAddress.IPv6Any);
        Require(name, "Subnet", !isSpecial, $"'{text}' is not for hosts", $"New-VirtNetwork {name} -Subnet 10.20.0.0/24");
        return subnet;
    }

    private static void Require(string name, string parameter, bool condition, string cause, string action)
    {
        if (!condition)
        {
            throw Wrong("create", name, parameter, cause, action);
        }
    }

    private static VirtException Wrong(string verb, string name, string parameter, string cause, string action) =>
        new(ErrorCode.InvalidArgument, "Invalid" + parameter, $"Cannot {verb} network '{name}': {cause}.", name, action);
}
