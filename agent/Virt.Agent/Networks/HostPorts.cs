using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Sockets;
using Virt.Protocol;

namespace Virt.Agent.Networks;

/// <summary>The ports of the host that lead to members which run. Each is held, so that no other program of the host believes that it has it.</summary>
internal sealed class HostPorts : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Taken> taken = [];

    /// <summary>Takes a member's ports; those that it has already are kept.</summary>
    /// <exception cref="VirtException">Conflict: another member or program has one. NotFound: the host has no such address.</exception>
    public void Take(NetworkMember member)
    {
        lock (gate)
        {
            if (member.Attachment.Ports.Count > 0 && !taken.ContainsKey(member.Id))
            {
                taken[member.Id] = new Taken(member, TakeNew("start", member, member.Attachment.Ports));
            }
        }
    }

    /// <summary>Takes what a member that runs is to have beside what it has; <see cref="Keep"/> must follow, with what has come of it.</summary>
    /// <exception cref="VirtException">As <see cref="Take"/>; nothing has changed then.</exception>
    public void Add(NetworkMember to)
    {
        lock (gate)
        {
            var present = taken.GetValueOrDefault(to.Id);
            var has = present?.Member.Attachment.Ports ?? [];
            var added = to.Attachment.Ports.Where(port => !has.Any(port.IsAtSamePlace)).ToList();
            // Another address of the same port: the host would say of its own that it is taken.
            LetGo(present, port => !to.Attachment.Ports.Any(port.IsAtSamePlace) && added.Exists(port.Collides));
            try
            {
                var held = TakeNew("change", to, added);
                taken[to.Id] = new Taken(to with { Attachment = to.Attachment with { Ports = [.. has.Where(port => !added.Exists(port.Collides)), .. added] } }, [.. present?.Held ?? [], .. held]);
            }
            catch
            {
                HoldAgain(present);
                throw;
            }
        }
    }

    /// <summary>After <see cref="Add"/>: what a member does not name any more is released, and what it names is held.</summary>
    public void Keep(NetworkMember member)
    {
        lock (gate)
        {
            if (!taken.TryGetValue(member.Id, out var present))
            {
                return;
            }

            LetGo(present, port => !member.Attachment.Ports.Any(port.IsAtSamePlace));
            var kept = taken[member.Id] = present with { Member = member };
            HoldAgain(kept);
            if (member.Attachment.Ports.Count == 0)
            {
                taken.Remove(member.Id);
            }
        }
    }

    /// <summary>Why a port could not be taken now; empty: it could. Keeps nothing.</summary>
    /// <param name="port">The port.</param>
    /// <param name="addresses">The addresses of the member that would take it.</param>
    public string Blocker(PublishedPort port, IEnumerable<string> addresses)
    {
        var held = new List<SafeFileHandle>();
        lock (gate)
        {
            try
            {
                return Hold(Guid.Empty, port, addresses, held)?.Why ?? "";
            }
            catch (LinuxException e)
            {
                return e.Message;
            }
            finally
            {
                held.ForEach(static handle => handle.Dispose());
            }
        }
    }

    /// <summary>As <see cref="Take"/> for a member that runs already: what another program has taken meanwhile is lost to that program's loopback at most.</summary>
    public void TakeBack(NetworkMember member)
    {
        try
        {
            Take(member);
        }
        catch (VirtException)
        {
            lock (gate)
            {
                taken.TryAdd(member.Id, new Taken(member, []));
            }
        }
    }

    /// <summary>Gives a member's ports back.</summary>
    public void Release(Guid member)
    {
        lock (gate)
        {
            if (taken.Remove(member, out var entry))
            {
                LetGo(entry, static _ => true);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var entry in taken.Values)
            {
                LetGo(entry, static _ => true);
            }

            taken.Clear();
        }
    }

    private List<(PublishedPort Port, SafeFileHandle Handle)> TakeNew(string verb, NetworkMember member, IReadOnlyList<PublishedPort> ports)
    {
        var all = new List<(PublishedPort, SafeFileHandle)>();
        try
        {
            foreach (var port in ports)
            {
                var held = new List<SafeFileHandle>();
                try
                {
                    if (Hold(member.Id, port, member.Attachment.Addresses, held) is { } obstacle)
                    {
                        throw Refused(verb, member, port, obstacle);
                    }
                }
                finally
                {
                    all.AddRange(held.Select(handle => (port, handle)));
                }
            }

            return all;
        }
        catch
        {
            all.ForEach(static one => one.Item2.Dispose());
            throw;
        }
    }

    private static void LetGo(Taken? entry, Func<PublishedPort, bool> which) => entry?.Held.RemoveAll(one =>
    {
        if (which(one.Port))
        {
            one.Handle.Dispose();
            return true;
        }

        return false;
    });

    // What is not held of a member's own. Where another program has taken it meanwhile: as TakeBack.
    private void HoldAgain(Taken? entry)
    {
        foreach (var port in entry?.Member.Attachment.Ports.Where(port => !entry.Held.Exists(one => port.IsAtSamePlace(one.Port))).ToList() ?? [])
        {
            var held = new List<SafeFileHandle>();
            try
            {
                Hold(entry!.Member.Id, port, entry.Member.Attachment.Addresses, held);
            }
            catch (LinuxException)
            {
                // Nobody else can have taken it by that.
            }

            entry!.Held.AddRange(held.Select(handle => (port, handle)));
        }
    }

    // Adds what holds a port, in each family that its member has; or gives what stands in the way.
    private Obstacle? Hold(Guid own, PublishedPort port, IEnumerable<string> members, List<SafeFileHandle> held)
    {
        if (taken.Values.FirstOrDefault(entry => entry.Member.Id != own && entry.Member.Attachment.Ports.Any(port.Collides))?.Member is { } other)
        {
            return new Obstacle(IsTaken: true, $"{other.Kind} '{other.Name}' publishes it", $"Get-{ResourceName.Noun(other.Kind)} -Name {other.Name}");
        }

        IPAddress[] addresses = port.HostAddress.Length > 0 ? [IPAddress.Parse(port.HostAddress)]
            : [.. members.Select(text => IPAddress.Parse(text).AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any)];
        foreach (var address in addresses)
        {
            try
            {
                held.Add(HeldPort.Take(address, port.HostPort, port.IsUdp));
            }
            catch (LinuxException e) when (e.Errno == Errno.EADDRINUSE)
            {
                return new Obstacle(IsTaken: true, "another program of the host has it", $"ss -l{(port.IsUdp ? 'u' : 't')}np 'sport = :{port.HostPort}'");
            }
            catch (LinuxException e) when (e.Errno == 99 /* EADDRNOTAVAIL */)
            {
                return new Obstacle(IsTaken: false, $"the host has no address '{port.HostAddress}' to publish '{port}' on", "Get-VirtHost");
            }
            catch (LinuxException e) when (e.Errno == 97 /* EAFNOSUPPORT */)
            {
                // A host without that family has nobody who could take it.
            }
        }

        return null;
    }

    private static VirtException Refused(string verb, NetworkMember member, PublishedPort port, Obstacle obstacle) => new(
        obstacle.IsTaken ? ErrorCode.Conflict : ErrorCode.NotFound,
        obstacle.IsTaken ? "PortInUse" : "HostAddressNotFound",
        $"Cannot {verb} {member.Kind} '{member.Name}': {(obstacle.IsTaken ? $"port {port.HostPort} of the host cannot be published, " : "")}{obstacle.Why}.",
        member.Name,
        obstacle.Action);

    // A member, and what holds its ports.
    private sealed record Taken(NetworkMember Member, List<(PublishedPort Port, SafeFileHandle Handle)> Held);

    // Another has the port; else the host lacks the address.
    private sealed record Obstacle(bool IsTaken, string Why, string Action);
}
