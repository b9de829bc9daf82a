using System.Collections.Generic;
using System.Linq;
using System.Net;

namespace Virt.Agent.Networks;

/// <content>What a workload of another host would find here.</content>
public sealed partial class NetworkService
{
    /// <summary>Looks whether a workload can keep its addresses and ports in the network of that name. Changes nothing.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="addresses">What the workload has on its host.</param>
    /// <param name="publish">Its ports there, each as <c>8080:80</c>; empty where it will not run at once.</param>
    /// <returns>Null: there is no network of that name.</returns>
    public NetworkArrival? FindArrival(string network, IReadOnlyList<string> addresses, IEnumerable<string> publish)
    {
        if (FindByName(network) is not { Phase: NetworkPhase.Ready } entry)
        {
            return null;
        }

        var foreign = new List<string>();
        var taken = new List<(string, string)>();
        lock (gate)
        {
            foreach (var text in addresses)
            {
                var address = IPAddress.Parse(text);
                if (BookOf(entry.Books, address) is not { } book)
                {
                    foreign.Add(text);
                }
                else if (book.HolderOf(address) is { } holder)
                {
                    taken.Add((text, WhoHas(entry, holder)));
                }
            }
        }

        return new NetworkArrival
        {
            Subnets = entry.Spec.Subnets,
            Foreign = foreign,
            Taken = taken,
            TakenPorts = [.. publish.SelectMany(static text => PublishedPort.Parse(text, out _) ?? []).Select(port => ($"{port}", ports.Blocker(port, addresses))).Where(static found => found.Item2.Length > 0)],
        };
    }

    /// <summary>The subnets of a network; none where it is not there any more.</summary>
    public IReadOnlyList<string> SubnetsOf(NetworkAttachment attachment) => entries.TryGetValue(attachment.NetworkId, out var entry) ? entry.Spec.Subnets : [];
}
