using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Virt.Agent.Networks;

/// <summary>A range of addresses: the first is the network's own, the second the gateway's; of IPv4 the last is for all.</summary>
/// <param name="Network">The range.</param>
public readonly record struct Subnet(IPNetwork Network)
{
    /// <summary>It is one of IPv6.</summary>
    public bool IsInternet6 => Network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>The length of its prefix.</summary>
    public int PrefixLength => Network.PrefixLength;

    /// <summary>The host's address.</summary>
    public IPAddress Gateway => At(1);

    /// <summary>How many addresses members can have; of more than 2^32, so many.</summary>
    public uint MemberCount
    {
        get
        {
            var bits = (IsInternet6 ? 128 : 32) - PrefixLength;
            return bits >= 32 ? uint.MaxValue - 2 : (1u << bits) - (IsInternet6 ? 2u : 3u);
        }
    }

    /// <summary>The address of a number: 0 the network's own, 1 the gateway's, from 2 on the members'.</summary>
    public IPAddress At(uint number)
    {
        var bytes = Network.BaseAddress.GetAddressBytes();
        var tail = bytes.AsSpan(bytes.Length - 4);
        BinaryPrimitives.WriteUInt32BigEndian(tail, BinaryPrimitives.ReadUInt32BigEndian(tail) + number);
        return new IPAddress(bytes);
    }

    /// <summary>The number of a member's address; null where it can be none's.</summary>
    public uint? NumberOf(IPAddress address)
    {
        if (address.AddressFamily != Network.BaseAddress.AddressFamily || !Network.Contains(address))
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        var first = Network.BaseAddress.GetAddressBytes();
        if (!bytes.AsSpan(0, bytes.Length - 4).SequenceEqual(first.AsSpan(0, first.Length - 4)))
        {
            return null; // of IPv6: farther from the first than members ever are
        }

        var number = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(bytes.Length - 4)) - BinaryPrimitives.ReadUInt32BigEndian(first.AsSpan(first.Length - 4));
        return number >= 2 && number - 2 < MemberCount ? number : null;
    }

    /// <summary>True where the two have an address in common.</summary>
    public bool Overlaps(IPNetwork other) => Network.Contains(other.BaseAddress) || other.Contains(Network.BaseAddress);

    /// <summary>As the user writes it.</summary>
    public override string ToString() => Network.ToString();
}
