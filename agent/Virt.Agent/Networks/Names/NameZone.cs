using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;

namespace Virt.Agent.Networks.Names;

/// <summary>The names of a network: of what runs in it. Safe from any thread.</summary>
/// <param name="network">Its name.</param>
/// <param name="subnets">Its subnets.</param>
/// <param name="besides">The other zones that a workload is in, the one of its first adapter first; null: there are no others.</param>
internal sealed class NameZone(string network, IReadOnlyList<Subnet> subnets, Func<NameZone, Guid, IReadOnlyList<NameZone>>? besides = null)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, NetworkMember> members = [];
    private readonly Dictionary<string, List<NetworkMember>> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<IPAddress, NetworkMember> byAddress = [];
    private readonly Dictionary<Guid, NetworkMember> byWorkload = [];

    /// <summary>Nothing leads out of it, and so no names of outside are asked for.</summary>
    public bool IsIsolated { get; set; }

    public void Add(NetworkMember member)
    {
        lock (gate)
        {
            Remove(member.Id);
            members[member.Id] = member;
            byWorkload[member.Workload] = member;
            foreach (var name in NamesOf(member))
            {
                (byName.TryGetValue(name, out var list) ? list : byName[name] = []).Add(member);
            }

            foreach (var address in member.Attachment.Addresses.Select(IPAddress.Parse))
            {
                byAddress[address] = member;
            }
        }
    }

    public void Remove(Guid id)
    {
        lock (gate)
        {
            if (!members.Remove(id, out var member))
            {
                return;
            }

            byWorkload.Remove(member.Workload);
            foreach (var name in NamesOf(member))
            {
                if (byName.TryGetValue(name, out var list) && list.RemoveAll(m => m.Id == id) > 0 && list.Count == 0)
                {
                    byName.Remove(name);
                }
            }

            foreach (var address in member.Attachment.Addresses.Select(IPAddress.Parse))
            {
                byAddress.Remove(address);
            }
        }
    }

    /// <summary>Which of a workload's adapters is in it; null: none.</summary>
    public int? NumberOf(Guid workload)
    {
        lock (gate)
        {
            return byWorkload.TryGetValue(workload, out var member) ? member.Number : null;
        }
    }

    /// <summary>What it knows, or another network that the asker is in; null where somebody else is to be asked.</summary>
    /// <param name="query">The message.</param>
    /// <param name="question">What is asked in it.</param>
    /// <param name="from">Who asks.</param>
    public byte[]? Answer(ReadOnlySpan<byte> query, DnsQuestion question, IPAddress from)
    {
        if (AnswerOwn(query, question) is { } own)
        {
            return own;
        }

        var others = besides is not null && WorkloadOf(from) is { } asker ? besides(this, asker) : [];
        foreach (var other in others)
        {
            if (other.AnswerOwn(query, question) is { } known)
            {
                return known;
            }
        }

        // Who is in another network too that leads out gets there the answer that it would get there.
        return IsIsolated && others.All(static other => other.IsIsolated) ? DnsReply.Empty(query, question, DnsReply.NoSuchName) : null;
    }

    private Guid? WorkloadOf(IPAddress address)
    {
        lock (gate)
        {
            return byAddress.TryGetValue(address, out var member) ? member.Workload : null;
        }
    }

    private byte[]? AnswerOwn(ReadOnlySpan<byte> query, DnsQuestion question)
    {
        lock (gate)
        {
            if (byName.TryGetValue(question.Name, out var found))
            {
                // What is called so goes before what only calls itself so.
                var named = found.Where(member => IsNameOf(member, question.Name)).ToList();
                return DnsReply.Addresses(query, question, (named.Count > 0 ? named : found).SelectMany(static m => m.Attachment.Addresses).Select(IPAddress.Parse));
            }

            if (question.ReversedAddress() is { } address && subnets.Any(subnet => subnet.Network.BaseAddress.AddressFamily == address.AddressFamily && subnet.Network.Contains(address)))
            {
                return byAddress.TryGetValue(address, out var member) ? DnsReply.Name(query, question, member.Name) : DnsReply.Empty(query, question, DnsReply.NoSuchName);
            }

            return null;
        }
    }

    /// <summary>The name servers that the member with this address wants asked; none: the host's.</summary>
    public IReadOnlyList<string> ServersOf(IPAddress address)
    {
        lock (gate)
        {
            return byAddress.TryGetValue(address, out var member) ? member.Dns : [];
        }
    }

    private bool IsNameOf(NetworkMember member, string asked) => NamesOf(member.Name).Contains(asked, StringComparer.Ordinal);

    private string[] NamesOf(string name) => [name.ToLowerInvariant(), $"{name}.{network}".ToLowerInvariant()];

    private HashSet<string> NamesOf(NetworkMember member) => [.. NamesOf(member.Name), member.HostName.ToLowerInvariant()];
}
