using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net.Sockets;

namespace Virt.Linux.Sockets;

/// <summary>The listening sockets that systemd hands to a service. Source: sd_listen_fds(3).</summary>
public static class ActivationSockets
{
    private const int FirstDescriptor = 3;

    /// <summary>Takes them over. Empty where the process was not started by a socket unit.</summary>
    public static IReadOnlyList<Socket> Take()
    {
        var sockets = new List<Socket>();
        if (Number("LISTEN_PID") == Environment.ProcessId)
        {
            for (var i = 0; i < Number("LISTEN_FDS"); i++)
            {
                sockets.Add(new Socket(new SafeSocketHandle(FirstDescriptor + i, ownsHandle: true)));
            }
        }

        // Not for what the agent starts.
        Environment.SetEnvironmentVariable("LISTEN_PID", null);
        Environment.SetEnvironmentVariable("LISTEN_FDS", null);
        return sockets;
    }

    private static int Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
