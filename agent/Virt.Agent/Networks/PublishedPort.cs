using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Virt.Agent.Networks;

/// <summary>A port of the host that leads to a port of a member. Stored as a part of its spec.</summary>
/// <param name="HostAddress">The host's address that it is one of; empty: of all.</param>
/// <param name="HostPort">The host's port.</param>
/// <param name="Port">The member's port.</param>
/// <param name="IsUdp">UDP, else TCP.</param>
public sealed record PublishedPort(string HostAddress, int HostPort, int Port, bool IsUdp)
{
    /// <summary>The transport protocol's number.</summary>
    internal byte Protocol => IsUdp ? (byte)17 : (byte)6;

    /// <summary>Reads <c>[address:]hostport[-hostport]:port[-port][/tcp|/udp]</c>, an IPv6 address in brackets.</summary>
    /// <param name="text">What the user gave.</param>
    /// <param name="cause">What is wrong with it.</param>
    /// <returns>One for each port of the range; null where it cannot be read.</returns>
    internal static IReadOnlyList<PublishedPort>? Parse(string text, out string cause)
    {
        var slash = text.LastIndexOf('/');
        var protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        var pair = slash < 0 ? text : text[..slash];
        var last = pair.LastIndexOf(':');
        var middle = last <= 0 ? -1 : pair.LastIndexOf(':', last - 1);
        var address = middle < 0 ? "" : pair[..middle].Trim('[', ']');
        cause = $"'{text}' is not of the form '8080:80', '127.0.0.1:8080:80', '[2001:db8::1]:8080:80', '8000-8010:8000-8010' or '5353:53/udp'";
        if (last < 0 || protocol is not ("tcp" or "udp") || !Range(pair[(middle + 1)..last], out var host) || !Range(pair[(last + 1)..], out var port))
        {
            return null;
        }

        IPAddress? parsed = null;
        if (address.Length > 0 && !IPAddress.TryParse(address, out parsed))
        {
            return null;
        }

        if (host.Last - host.First != port.Last - port.First)
        {
            cause = $"the two ranges of '{text}' are not of one length";
            return null;
        }

        if (parsed is { AddressFamily: AddressFamily.InterNetworkV6 } && IPAddress.IsLoopback(parsed))
        {
            cause = $"the kernel leads nothing from '{parsed}' to another address; 127.0.0.1 it does";
            return null;
        }

        var all = parsed is null || parsed.Equals(IPAddress.Any) || parsed.Equals(IPAddress.IPv6Any);
        var ports = new List<PublishedPort>();
        for (var i = 0; i <= host.Last - host.First; i++)
        {
            ports.Add(new PublishedPort(all ? "" : parsed!.ToString(), host.First + i, port.First + i, protocol == "udp"));
        }

        return ports;
    }

    /// <summary>True where the two cannot both be.</summary>
    internal bool Collides(PublishedPort other) =>
        HostPort == other.HostPort && IsUdp == other.IsUdp && (HostAddress.Length == 0 || other.HostAddress.Length == 0 || HostAddress == other.HostAddress);

    /// <summary>True where both are the same of the host, whatever they lead to.</summary>
    internal bool IsAtSamePlace(PublishedPort other) => HostPort == other.HostPort && IsUdp == other.IsUdp && HostAddress == other.HostAddress;

    /// <summary>As the user writes it.</summary>
    public override string ToString()
    {
        var address = HostAddress.Length == 0 ? "" : HostAddress.Contains(':', StringComparison.Ordinal) ? $"[{HostAddress}]:" : HostAddress + ":";
        return string.Create(CultureInfo.InvariantCulture, $"{address}{HostPort}:{Port}{(IsUdp ? "/udp" : "")}");
    }

    private static bool Range(string text, out (int First, int Last) range)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        range = default;
        if (!Number(dash < 0 ? text : text[..dash], out var first) || !Number(dash < 0 ? text : text[(dash + 1)..], out var last) || last < first || last - first > 1000)
        {
            return false;
        }

        range = (first, last);
        return true;
    }

    private static bool Number(string text, out int port) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536;
}
