using System;
using System.Globalization;
using System.Linq;
using System.Net.NetworkInformation;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Netlink;
using Virt.Protocol;

namespace Virt.Agent.Networks;

/// <content>Members that go into another network while they run, and whose hardware address is another.</content>
public sealed partial class NetworkService
{
    /// <summary>
    /// Takes a member that runs, and whose link's other end is a file, out of its network into another one, in which it has its place already (<see cref="Join"/>). Its link stays;
    /// what leads to it goes over in one step. Its place in the network that it leaves is the caller's to give back.
    /// </summary>
    /// <param name="from">The member as it is.</param>
    /// <param name="to">As it is to be.</param>
    /// <param name="store">Writes that down.</param>
    /// <param name="cancellation">Ends the wait for others that change the networks.</param>
    /// <exception cref="VirtException">Conflict, NotFound (an address of the host), Unavailable; or what <paramref name="store"/> throws. It is as it was then.</exception>
    public async Task MoveAsync(NetworkMember from, NetworkMember to, Func<Task> store, CancellationToken cancellation)
    {
        var (old, fresh) = (EntryOf(from), EntryOf(to));
        // Always in one order: two members that change places do not wait for each other.
        var (first, second) = old.Id.CompareTo(fresh.Id) < 0 ? (old, fresh) : (fresh, old);
        using var one = await LockAsync("use", first, cancellation).ConfigureAwait(false);
        using var other = await LockAsync("use", second, cancellation).ConfigureAwait(false);
        if (fresh.Bridge == 0)
        {
            throw new VirtException(ErrorCode.Unavailable, "NetworkNotReady", $"Cannot change {to.Kind} '{to.Name}': the network '{fresh.Name}' is not ready. {fresh.Status}".TrimEnd(), to.Name, "systemctl restart virt-agent");
        }

        await using var undo = new Rollback();
        if (to.Attachment.Ports.Count > 0)
        {
            ports.Add(to);
            undo.Add($"keep the ports of {to.Kind} '{to.Name}'", () => ports.Keep(from));
        }

        SetPort(fresh, to);
        undo.Add($"put {to.Kind} '{to.Name}' back into network '{old.Name}'", () => SetPort(old, from));
        Lead(old, from, fresh, to);
        undo.Add($"lead to {to.Kind} '{to.Name}' in network '{old.Name}' again", () => Lead(fresh, to, old, from));
        await FaultPoint.ReachAsync(NetworkFaults.MemberMoved, CancellationToken.None).ConfigureAwait(false);
        await store().ConfigureAwait(false);
        undo.Commit();
        ports.Keep(to);
    }

    /// <summary>Puts the link of a member that runs into its network, wherever an agent that ended has left it.</summary>
    public void PutInPlace(NetworkMember member)
    {
        if (entries.TryGetValue(member.Attachment.NetworkId, out var entry) && entry.Bridge != 0)
        {
            SetPort(entry, member);
        }
    }

    /// <summary>Notes that a member which does not run has another hardware address.</summary>
    /// <param name="member">The member as it is to be.</param>
    /// <param name="verb">What is done with it.</param>
    /// <param name="whatIf">Only check.</param>
    /// <exception cref="VirtException">Conflict: another member of its network has that address, and who.</exception>
    public void Readdress(NetworkMember member, string verb, bool whatIf)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(member.Attachment.NetworkId, out var entry))
            {
                return;
            }

            CheckMacAddress(entry, member.Id, member.Kind, member.Name, verb, member.Attachment.MacAddress);
            if (!whatIf)
            {
                entry.Members[member.Id] = member;
            }
        }
    }

    private void SetPort(NetworkEntry entry, NetworkMember member)
    {
        try
        {
            OnRoutes(socket => socket.SetPort(LinkName(member.Id), entry.Bridge, entry.Spec.MtuBytes));
        }
        catch (LinuxException e)
        {
            throw new VirtException(
                ErrorCode.Unavailable, "LinkNotMoved", $"Cannot change {member.Kind} '{member.Name}': the kernel refused its link in network '{entry.Name}' ({e.Message}).", member.Name, $"Get-VirtNetwork -Name {entry.Name}", e);
        }
    }

    // All rules in one step: from each port something leads to it at each moment.
    private void Lead(NetworkEntry old, NetworkMember from, NetworkEntry fresh, NetworkMember to)
    {
        if (from.Attachment.Ports.Count > 0 || to.Attachment.Ports.Count > 0)
        {
            var batch = new NftBatch();
            foreach (var (set, elements) in PublishedSets.ElementsOf(from.Attachment))
            {
                batch.AddElements(old.Spec.Bridge, set, elements, isRemoved: true);
            }

            Publish(batch, fresh.Spec, [to]);
            try
            {
                nft.Value.Commit(batch);
            }
            catch (LinuxException e)
            {
                throw new VirtException(
                    ErrorCode.Unavailable, "PortsNotPublished", $"Cannot change {to.Kind} '{to.Name}': the kernel refused its ports ({e.Message}); somebody may have changed the table '{fresh.Spec.Bridge}'.", to.Name, "systemctl restart virt-agent", e);
            }
        }

        lock (gate)
        {
            old.Live.Remove(from.Id);
            fresh.Live.Add(to.Id);
        }

        names.Remove(old.Id, from);
        addressServer.Remove(old.Id, from);
        names.Add(fresh.Id, to);
        addressServer.Add(fresh.Id, to);
    }

    // Under the gate.
    private static void CheckMacAddress(NetworkEntry entry, Guid own, string kind, string name, string verb, string? macAddress)
    {
        if (macAddress is not null && HolderOf(entry, macAddress, own) is { } holder)
        {
            throw new VirtException(
                ErrorCode.Conflict,
                "MacAddressInUse",
                $"Cannot {verb} {kind} '{name}': the hardware address '{macAddress}' is taken in network '{entry.Name}', {holder} has it.",
                macAddress,
                $"Get-VMNetworkAdapter | Where-Object MacAddress -eq {macAddress}");
        }
    }

    // Who else has a hardware address in a network; null: nobody. Under the gate.
    private static string? HolderOf(NetworkEntry entry, string macAddress, Guid own) =>
        macAddress.Equals(Text(entry.MacAddress), StringComparison.OrdinalIgnoreCase) ? "the network itself"
        : entry.Members.Values.FirstOrDefault(member => member.Id != own && member.Attachment.MacAddress.Equals(macAddress, StringComparison.OrdinalIgnoreCase)) is { } other ? $"{other.Kind} '{other.Name}'"
        : null;

    private static string Text(PhysicalAddress address) => string.Join(':', address.GetAddressBytes().Select(static part => part.ToString("x2", CultureInfo.InvariantCulture)));
}
