using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Virt.Agent.Containers;

/// <summary>How a container finds others by name: in the host's network as the host does (hosts(5), resolv.conf(5)).</summary>
/// <param name="Hosts">Its /etc/hosts, without its own name.</param>
/// <param name="Resolver">Its /etc/resolv.conf.</param>
internal sealed record ContainerHostNames(string Hosts, string Resolver)
{
    private const int Longest = 16 * 1024;

    /// <summary>What the container's own host name means.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = ["127.0.0.1"];

    /// <summary>For a container of a network, whose name servers know the others: by names without dots, which are tried as they are first (resolv.conf(5), ndots).</summary>
    public static ContainerHostNames In(IReadOnlyList<string> addresses, IReadOnlyList<string> nameServers, IReadOnlyList<string> search) =>
        new("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n", Resolving(nameServers, search) + "options ndots:0\n") { Addresses = addresses };

    /// <summary>The same, with other name servers and domains where there are any.</summary>
    public ContainerHostNames With(IReadOnlyList<string> nameServers, IReadOnlyList<string> search) =>
        nameServers.Count == 0 && search.Count == 0 ? this : this with
        {
            Resolver = Resolving(nameServers, search) + string.Concat(Resolver.Split('\n').Where(line => line.Length > 0
                && (nameServers.Count == 0 || !line.StartsWith("nameserver", StringComparison.Ordinal)) && (search.Count == 0 || !line.StartsWith("search", StringComparison.Ordinal))).Select(static line => line + "\n")),
        };

    private static string Resolving(IReadOnlyList<string> nameServers, IReadOnlyList<string> search) =>
        (search.Count > 0 ? $"search {string.Join(' ', search)}\n" : "") + string.Concat(nameServers.Select(static server => $"nameserver {server}\n"));

    /// <summary>Reads both; one that is missing, or longer than any that a person writes, is empty.</summary>
    public static ContainerHostNames Read() => new(Text("/etc/hosts"), Text("/etc/resolv.conf"));

    private static string Text(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            return text.Length > Longest || text.Contains('\0') ? "" : text;
        }
        catch (IOException)
        {
            return "";
        }
    }
}
