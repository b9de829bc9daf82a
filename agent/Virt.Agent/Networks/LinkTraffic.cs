using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace Virt.Agent.Networks;

/// <summary>What has passed over a link, as the link counts it.</summary>
/// <param name="ReceivedBytes">Bytes that came in at it.</param>
/// <param name="SentBytes">Bytes that went out at it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LinkTraffic(long ReceivedBytes, long SentBytes)
{
    /// <summary>The counters of a link of the host; null where there is no such link.</summary>
    public static LinkTraffic? Of(string name)
    {
        try
        {
            return Find(File.ReadLines("/proc/self/net/dev"), name);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Source: proc_pid_net(5): after the link's name eight fields of what came in, then eight of what went out.</summary>
    internal static LinkTraffic? Find(IEnumerable<string> lines, string name)
    {
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':');
            if (colon < 0 || !line.AsSpan(0, colon).Trim().SequenceEqual(name))
            {
                continue;
            }

            var fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return new LinkTraffic(long.Parse(fields[0], CultureInfo.InvariantCulture), long.Parse(fields[8], CultureInfo.InvariantCulture));
        }

        return null;
    }
}
