using System;
using System.Globalization;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>Where an agent listens for peers.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">The TCP port.</param>
public sealed record PeerAddress(string Host, int Port)
{
    /// <summary>The port where none is given.</summary>
    public const int DefaultPort = 7711;

    /// <summary>Reads <c>host</c>, <c>host:port</c> or <c>[::1]:port</c>.</summary>
    /// <exception cref="VirtException">InvalidArgument: the text is no address.</exception>
    public static PeerAddress Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        var hasPort = colon > text.LastIndexOf(']') && (text.Contains(']') || text.IndexOf(':') == colon);
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        var port = DefaultPort;
        var valid = Uri.CheckHostName(host) != UriHostNameType.Unknown
            && (!hasPort || (int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536));
        return valid
            ? new PeerAddress(host, port)
            : throw new VirtException(ErrorCode.InvalidArgument, "BadPeerAddress", $"Cannot use '{text}' as a peer's address: it is host, host:port or [address]:port.", text, $"Use an address such as 'hostb:{DefaultPort}'.");
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
