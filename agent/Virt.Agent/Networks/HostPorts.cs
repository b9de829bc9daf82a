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
                    held.AddRange(Hold(member, port));
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

    /// <summary>Why a port could not be taken now; empty: it could. Takes nothing.</summary>
    public string Blocker(PublishedPort port)
    {
        lock (gate)
        {
            if (Holder(port) is { } other)
            {
                return $"{other.Kind} '{other.Name}' publishes it";
            }

            try
            {
                HeldPort.Take(port.HostAddress.Length > 0 ? IPAddress.Parse(port.HostAddress) : IPAddress.Any, port.HostPort, port.IsUdp).Dispose();
                return "";
            }
            catch (LinuxException e) when (e.Errno == Errno.EADDRINUSE)
            {
                return "another program has it";
            }
            catch (LinuxException e)
            {
                return e.Message;
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

    private IEnumerable<SafeFileHandle> Hold(NetworkMember member, PublishedPort port)
    {
        if (Holder(port) is { } other)
        {
            throw InUse(member, port, $"{other.Kind} '{other.Name}' publishes it", $"Get-{ResourceName.Noun(other.Kind)} -Name {other.Name}");
        }

        IPAddress[] addresses = port.HostAddress.Length > 0 ? [IPAddress.Parse(port.HostAddress)]
            : [.. member.Attachment.Addresses.Select(text => IPAddress.Parse(text).AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any)];
        foreach (var address in addresses)
        {
            SafeFileHandle held;
            try
            {
                held = HeldPort.Take(address, port.HostPort, port.IsUdp);
            }
            catch (LinuxException e) when (e.Errno == Errno.EADDRINUSE)
            {
                throw InUse(member, port, "another program of the host has it", $"ss -l{(port.IsUdp ? 'u' : 't')}np 'sport = :{port.HostPort}'");
            }
            catch (LinuxException e) when (e.Errno == 99 /* EADDRNOTAVAIL */)
            {
                throw new VirtException(
                    ErrorCode.NotFound, "HostAddressNotFound", $"Cannot start {member.Kind} '{member.Name}': the host has no address '{port.HostAddress}' to publish '{port}' on.", member.Name, "Get-VirtHost", e);
            }
            catch (LinuxException e) when (e.Errno == 97 /* EAFNOSUPPORT */)
            {
                continue;
            }

            yield return held;
        }
    }

    private NetworkMember? Holder(PublishedPort port) => taken.Values.FirstOrDefault(entry => entry.Member.Attachment.Ports.Any(port.Collides)).Member;

    private static VirtException InUse(NetworkMember member, PublishedPort port, string who, string action) => new(
        ErrorCode.Conflict, "PortInUse", $"Cannot start {member.Kind} '{member.Name}': port {port.HostPort} of the host cannot be published, {who}.", member.Name, action);
}
