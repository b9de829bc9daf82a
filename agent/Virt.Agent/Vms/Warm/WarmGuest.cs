using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Vms.Warm;

/// <summary>What must be known of a guest to make another one of its copy, as <see cref="WarmScripts.Rest"/> has found it.</summary>
internal sealed record WarmGuest
{
    /// <summary>The network is asked for by systemd-networkd.</summary>
    public const string Networkd = "networkd";

    /// <summary>The network is asked for by udhcpc.</summary>
    public const string Udhcpc = "udhcpc";

    /// <summary>Its network adapter, such as <c>eth0</c>; empty: it has none.</summary>
    public string Adapter { get; init; } = "";

    /// <summary>What asks for its address: <see cref="Networkd"/>, <see cref="Udhcpc"/>; empty: nothing does.</summary>
    public string Network { get; init; } = "";

    /// <summary>How udhcpc was called.</summary>
    public string DhcpCommand { get; init; } = "";

    /// <summary>The program that renews the kernel's random numbers.</summary>
    public string Reseed { get; init; } = "";

    /// <summary>The algorithms of its SSH host keys, such as <c>ed25519</c>; empty: it has none.</summary>
    public IReadOnlyList<string> HostKeys { get; init; } = [];

    /// <summary>Reads the lines <c>name=value</c> that the script has written.</summary>
    public static WarmGuest Read(string output)
    {
        var values = output.Split('\n').Select(static line => line.Split('=', 2)).Where(static pair => pair.Length == 2).ToLookup(static pair => pair[0].Trim(), static pair => pair[1].Trim());
        return new WarmGuest
        {
            Adapter = One("adapter"),
            Network = One("network"),
            DhcpCommand = One("dhcp"),
            Reseed = One("reseed"),
            HostKeys = [.. values["hostkey"].Where(static key => key.Length > 0 && key.All(char.IsAsciiLetterOrDigit))],
        };

        string One(string name) => values[name].LastOrDefault() ?? "";
    }
}
