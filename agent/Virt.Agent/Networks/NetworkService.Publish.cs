using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Netlink;
using Virt.Protocol;

namespace Virt.Agent.Networks;

/// <content>Published ports that change.</content>
public sealed partial class NetworkService
{
    /// <summary>A member's place as it is to be: reads and checks, and changes nothing.</summary>
    /// <param name="request">Who asks; its ports and sources are those below.</param>
    /// <param name="present">Its place.</param>
    /// <param name="publish">All ports; null: those that it has.</param>
    /// <param name="allowFrom">All sources; null: those that it has.</param>
    /// <exception cref="VirtException">InvalidArgument; NotFound: the network is not there any more.</exception>
    public NetworkAttachment Republish(MemberRequest request, NetworkAttachment present, IReadOnlyList<string>? publish, IReadOnlyList<string>? allowFrom)
    {
        if (!entries.TryGetValue(present.NetworkId, out var entry))
        {
            throw Refused(request, ErrorCode.NotFound, "NetworkNotFound", "its network is not there any more", "Get-VirtNetwork");
        }

        var asked = request with { Publish = publish ?? [], AllowFrom = allowFrom ?? [] };
        var books = entry.Books.Where(book => present.Addresses.Any(address => book.Has(IPAddress.Parse(address)))).ToList();
        var to = present with
        {
            Ports = publish is null ? present.Ports : ReadPorts(asked, entry, books),
            AllowFrom = allowFrom is null ? present.AllowFrom : ReadSources(asked),
        };
        return allowFrom is { Count: > 0 } && to.Ports.Count == 0
            ? throw Refused(request, ErrorCode.InvalidArgument, "InvalidAllowFrom", "there are no published ports that somebody could come to", $"{asked.Command} -Publish 8080:80 -AllowFrom 10.0.0.0/8")
            : to;
    }

    /// <summary>True where two places in one network have not the same ports for the same sources.</summary>
    public static bool HasOtherPorts(NetworkAttachment? one, NetworkAttachment? other) =>
        one is not null && other is not null && one.NetworkId == other.NetworkId && !(one.Ports.SequenceEqual(other.Ports) && one.AllowFrom.SequenceEqual(other.AllowFrom, StringComparer.Ordinal));

    /// <summary>
    /// Gives a member other ports. Where it runs, the new ones are the host's first, then all goes over in one step, then the dropped ones are released: what stays is
    /// never interrupted, and a connection that is open goes on, whatever becomes of its port.
    /// </summary>
    /// <param name="from">The member as it is.</param>
    /// <param name="to">As it is to be; nothing but its ports and sources is looked at.</param>
    /// <param name="store">Writes that down: what is not stored is taken back by the agent's next start.</param>
    /// <param name="cancellation">Ends the wait for others that change the network.</param>
    /// <exception cref="VirtException">Conflict, NotFound (an address of the host), WrongState (the network is isolated now), Unavailable; or what <paramref name="store"/> throws. It is as it was then.</exception>
    public async Task PublishAsync(NetworkMember from, NetworkMember to, Func<Task> store, CancellationToken cancellation)
    {
        var entry = EntryOf(to);
        using var held = await LockAsync("use", entry, cancellation).ConfigureAwait(false);
        if (entry.Spec.Mode == VirtNetworkMode.Isolated && to.Attachment.Ports.Count > 0)
        {
            throw new VirtException(ErrorCode.WrongState, "NetworkInUse", $"Cannot change {to.Kind} '{to.Name}': network '{entry.Name}' is isolated, and nothing outside comes to it.", to.Name, $"Set-VirtNetwork {entry.Name} -Mode Bridge");
        }

        bool isLive;
        lock (gate)
        {
            isLive = entry.Live.Contains(to.Id);
        }

        await using var undo = new Rollback();
        if (isLive)
        {
            ports.Add(to);
            undo.Add($"give back the ports of {to.Kind} '{to.Name}'", () => ports.Keep(from));
            await FaultPoint.ReachAsync(NetworkFaults.PublishTaken, CancellationToken.None).ConfigureAwait(false);
            Exchange(entry, from, to);
            undo.Add($"publish the ports of {to.Kind} '{to.Name}' as before", () => Exchange(entry, to, from));
        }

        Rejoin(to);
        undo.Add($"note the ports of {to.Kind} '{to.Name}' as before", () => Rejoin(from));
        await FaultPoint.ReachAsync(NetworkFaults.PublishRuled, CancellationToken.None).ConfigureAwait(false);
        await store().ConfigureAwait(false);
        undo.Commit();
        ports.Keep(to);
        await FaultPoint.ReachAsync(NetworkFaults.PublishStored, CancellationToken.None).ConfigureAwait(false);
    }

    private void Exchange(NetworkEntry entry, NetworkMember from, NetworkMember to)
    {
        var (gone, come) = PublishedSets.Difference(from.Attachment, to.Attachment);
        if (gone.Count + come.Count == 0)
        {
            return;
        }

        var batch = new NftBatch();
        foreach (var (set, elements) in gone)
        {
            batch.AddElements(entry.Spec.Bridge, set, elements, isRemoved: true);
        }

        foreach (var (set, elements) in come)
        {
            batch.AddElements(entry.Spec.Bridge, set, elements);
        }

        try
        {
            nft.Value.Commit(batch);
        }
        catch (LinuxException e)
        {
            throw new VirtException(
                ErrorCode.Unavailable, "PortsNotPublished", $"Cannot change {to.Kind} '{to.Name}': the kernel refused its ports ({e.Message}); somebody may have changed the table '{entry.Spec.Bridge}'.", to.Name, "systemctl restart virt-agent", e);
        }
    }
}
