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
    private readonly Dictionary<Guid, (NetworkMember Member, List<SafeFileHandle> Held)> taken = [];

    /// <summary>Takes a member's ports; those that it has already are kept.</summary>
    /// <exception cref="VirtException">Conflict: another member or program has one. NotFound: the host has no such address.</exception>
    public void Take(NetworkMember member)
    {
        lock (gate)
        {
            if (member.Attachment.Ports.Count == 0 || taken.ContainsKey(member.Id))
            {
                return;
            }

            var held = new List<SafeFileHandle>();
            try
            {
                foreach (var port in member.Attachment.Ports)
                {
                    if (Hold(port, member.Attachment.Addresses, held) is { } obstacle)
                    {
                        throw Refused(member, port, obstacle);
                    }
                }
            }
            catch
            {
                held.ForEach(static handle => handle.Dispose());
                throw;
            }

            taken[member.Id] = (member, held);
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
                return Hold(port, addresses, held)?.Why ?? "";
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
                taken.TryAdd(member.Id, (member, []));
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
                entry.Held.ForEach(static handle => handle.Dispose());
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var (_, held) in taken.Values)
            {
                held.ForEach(static handle => handle.Dispose());
            }

            taken.Clear();
        }
    }

    // Adds what holds a port, in each family that its member has; or gives what stands in the way.
    private Obstacle? Hold(PublishedPort port, IEnumerable<string> members, List<SafeFileHandle> held)
    {
        if (taken.Values.FirstOrDefault(entry => entry.Member.Attachment.Ports.Any(port.Collides)).Member is { } other)
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

    private static VirtException Refused(NetworkMember member, PublishedPort port, Obstacle obstacle) => new(
        obstacle.IsTaken ? ErrorCode.Conflict : ErrorCode.NotFound,
        obstacle.IsTaken ? "PortInUse" : "HostAddressNotFound",
        $"Cannot start {member.Kind} '{member.Name}': {(obstacle.IsTaken ? $"port {port.HostPort} of the host cannot be published, " : "")}{obstacle.Why}.",
        member.Name,
        obstacle.Action);

    // Another has the port; else the host lacks the address.
    private sealed record Obstacle(bool IsTaken, string Why, string Action);
}
