using System;
using System.Collections.Generic;
using System.Globalization;

namespace Virt.Agent.Vms;

/// <summary>Reads which TCP ports a Linux guest listens on, for others than itself. Source: /proc/net/tcp and tcp6, proc_net(5).</summary>
internal static class ListeningPorts
{
    private const string Listen = "0A";

    /// <summary>The ports in one of the two files.</summary>
    public static IReadOnlySet<int> Parse(string text)
    {
        var ports = new HashSet<int>();
        foreach (var line in text.Split('\n'))
        {
            //   0: 00000000:1F90 00000000:0000 0A …
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 3
                && fields[3] == Listen
                && fields[1].Split(':') is [var address, var port]
                && !IsLoopback(address)
                && int.TryParse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number))
            {
                ports.Add(number);
            }
        }

        return ports;
    }

    // Words in the guest's byte order, which is little-endian on all that is supported: 127.0.0.1 is 0100007F.
    private static bool IsLoopback(string address) => address switch
    {
        { Length: 8 } => address.EndsWith("7F", StringComparison.Ordinal),
        _ => address == "00000000000000000000000001000000",
    };
}
