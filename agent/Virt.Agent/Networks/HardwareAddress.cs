using System;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;

namespace Virt.Agent.Networks;

/// <summary>Hardware addresses that follow from the addresses they stand for: the same on every host, so that a VM which moves finds its gateway where it was.</summary>
internal static class HardwareAddress
{
    private const int First = 0x56;

    /// <summary>That of an address, such as 02:56:0a:90:00:02 of 10.144.0.2. Of IPv6 the last four bytes count.</summary>
    public static string TextOf(IPAddress address)
    {
        var bytes = address.GetAddressBytes()[^4..];
        return string.Create(CultureInfo.InvariantCulture, $"02:56:{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}:{bytes[3]:x2}");
    }

    /// <summary>The same; where another that once had that address has kept the hardware address, the next one that nobody has.</summary>
    public static string TextOf(IPAddress address, Func<string, bool> isTaken)
    {
        var text = TextOf(address);
        for (var second = First + 1; isTaken(text) && second <= byte.MaxValue; second++)
        {
            text = string.Create(CultureInfo.InvariantCulture, $"02:{second:x2}{text.AsSpan("02:56".Length)}");
        }

        return text;
    }

    /// <inheritdoc cref="TextOf(IPAddress)"/>
    public static PhysicalAddress Of(IPAddress address) => PhysicalAddress.Parse(TextOf(address));
}
