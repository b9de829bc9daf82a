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
    public static ContainerHostNames In(IReadOnlyList<string> addresses, IReadOnlyList<string> nameServers, IReadOnlyList<string> search, IReadOnlyList<string> options) =>
        new("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n", Resolving(nameServers, search, ["ndots:0", .. options])) { Addresses = addresses };

    /// <summary>The same, with other name servers, domains and options where there are any.</summary>
    public ContainerHostNames With(IReadOnlyList<string> nameServers, IReadOnlyList<string> search, IReadOnlyList<string> options)
    {
        if (nameServers.Count + search.Count + options.Count == 0)
        {
            return this;
        }

        var kept = Resolver.Split('\n').Where(line =>
            (nameServers.Count == 0 && Is(line, "nameserver")) || (search.Count == 0 && (Is(line, "search") || Is(line, "domain"))) || (options.Count == 0 && Is(line, "options")));
        return this with { Resolver = Resolving(nameServers, search, options) + string.Concat(kept.Select(static line => line + "\n")) };

        static bool Is(string line, string word) => line.StartsWith(word, StringComparison.Ordinal);
    }

    private static string Resolving(IReadOnlyList<string> nameServers, IReadOnlyList<string> search, IReadOnlyList<string> options) =>
        (search.Count > 0 ? $"search {string.Join(' ', search)}\n" : "")
        + string.Concat(nameServers.Select(static server => $"nameserver {server}\n"))
        + (options.Count > 0 ? $"options {string.Join(' ', options)}\n" : "");

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
