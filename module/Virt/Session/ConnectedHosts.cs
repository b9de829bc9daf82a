using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Session;

/// <summary>The hosts of this process that Connect-VirtHost has greeted: what a -ComputerName means, and where cmdlets go without one.</summary>
internal static class ConnectedHosts
{
    private static readonly object Gate = new();
    private static volatile ConnectedHost[] all = [];

    /// <summary>All of them, in the order in which they were connected.</summary>
    public static IReadOnlyList<ConnectedHost> All => all;

    /// <summary>Remembers a host, or what is new about it.</summary>
    /// <exception cref="VirtException">AlreadyExists: another host is called so.</exception>
    public static void Add(ConnectedHost host)
    {
        lock (Gate)
        {
            if (Named(host.Name) is { } other && other.Endpoint != host.Endpoint)
            {
                throw new VirtException(
                    ErrorCode.AlreadyExists,
                    "HostNameTaken",
                    $"Cannot connect host '{host.Name}': '{other.Endpoint}' is connected under that name.",
                    host.Name,
                    $"Disconnect-VirtHost {host.Name}, or Connect-VirtHost -Name with another name.");
            }

            var at = Array.FindIndex(all, known => IsSame(known.Name, host.Name));
            all = at < 0 ? [.. all, host] : [.. all.Select((known, i) => i == at ? host : known)];
        }
    }

    /// <summary>Forgets hosts; connections that are in use go on.</summary>
    public static void Remove(IReadOnlyCollection<ConnectedHost> hosts)
    {
        lock (Gate)
        {
            all = [.. all.Where(host => !hosts.Contains(host))];
        }
    }

    /// <summary>The host that the user calls so; null: none.</summary>
    public static ConnectedHost? Named(string name) => all.FirstOrDefault(host => IsSame(host.Name, name));

    /// <summary>The connected host of that name, or endpoint; a name that hosts gave themselves counts where no user gave it. Null: there is none.</summary>
    /// <exception cref="VirtException">InvalidArgument: several hosts gave themselves that name.</exception>
    public static ConnectedHost? Find(string name)
    {
        var hosts = all;
        if (Named(name) is { } named)
        {
            return named;
        }

        var byOwnName = hosts.Where(host => IsSame(host.OwnName, name)).ToArray();
        if (byOwnName.Select(host => host.Endpoint).Distinct(StringComparer.Ordinal).Count() > 1)
        {
            var names = string.Join(", ", byOwnName.Select(host => host.Name));
            throw new VirtException(
                ErrorCode.InvalidArgument, "HostNameAmbiguous", $"Cannot tell which host '{name}' is: several connected ones call themselves so ({names}).", name, $"Use one of these names: {names}");
        }

        return byOwnName.FirstOrDefault() ?? hosts.FirstOrDefault(host => host.Endpoint == name);
    }

    /// <summary>The names of the connected hosts that a pattern matches; the pattern itself where it matches none, or is none.</summary>
    public static IEnumerable<string> Expand(string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            return [name];
        }

        var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
        return all.Where(host => pattern.IsMatch(host.Name)).Select(host => host.Name).DefaultIfEmpty(name);
    }

    private static bool IsSame(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
