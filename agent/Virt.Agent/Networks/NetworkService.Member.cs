using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using Virt.Protocol;

namespace Virt.Agent.Networks;

public sealed partial class NetworkService
{
    /// <summary>Gives a workload that is being made its place in a network.</summary>
    /// <param name="request">What it asks for.</param>
    /// <param name="whatIf">Only check.</param>
    /// <exception cref="VirtException">NotFound (the network); InvalidArgument; Conflict (an address that is another's); ResourceExhausted.</exception>
    public NetworkAttachment Join(MemberRequest request, bool whatIf)
    {
        var entry = FindByName(request.Network);
        if (entry is not { Phase: NetworkPhase.Ready })
        {
            var known = BuiltIn().Select(static n => n.Name).Concat(entries.Values.Select(static e => e.Name)).ToList();
            var nearest = Common.NearestName.Of(request.Network, known);
            throw Refused(request, ErrorCode.NotFound, "NetworkNotFound", $"there is no network '{request.Network}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")}", "Get-VirtNetwork", endsItself: nearest is not null);
        }

        var books = entry.Books.Where(book => !request.AsksForAddress || !book.Subnet.IsInternet6).ToList();
        if (books.Count == 0)
        {
            throw Refused(request, ErrorCode.NotSupported, "NoInternet4", $"network '{entry.Name}' has no subnet of IPv4, and a {request.Kind} gets its address by DHCP of IPv4", $"New-VirtNetwork {entry.Name}2 -Subnet 10.20.0.0/24");
        }

        var published = ReadPorts(request, entry, books);
        var allowed = ReadSources(request);
        var asked = request.Addresses.Select(text => ReadAddress(request, entry, books, text)).ToList();
        lock (gate)
        {
            var addresses = new List<IPAddress>();
            CheckMacAddress(entry, request.Id, request.Kind, request.Name, request.Verb, request.MacAddress);
            try
            {
                foreach (var book in books)
                {
                    addresses.Add(TakeAddress(request, entry, book, asked));
                }
            }
            catch
            {
                Release(entry, request.Id);
                throw;
            }

            var attachment = new NetworkAttachment
            {
                NetworkId = entry.Id,
                Addresses = [.. addresses.Select(static a => a.ToString())],
                MacAddress = request.MacAddress ?? HardwareAddress.TextOf(addresses[0], text => HolderOf(entry, text, request.Id) is not null),
                Ports = published,
                AllowFrom = allowed,
            };
            if (whatIf)
            {
                Release(entry, request.Id);
            }
            else
            {
                entry.Members[request.Id] = MemberOf(request, attachment);
            }

            return attachment;
        }
    }

    /// <summary>Notes a stored workload's place.</summary>
    public void Rejoin(NetworkMember member)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(member.Attachment.NetworkId, out var entry))
            {
                return;
            }

            entry.Members[member.Id] = member;
            foreach (var address in member.Attachment.Addresses.Select(IPAddress.Parse))
            {
                BookOf(entry.Books, address)?.TryTake(address, member.Id, out _);
            }
        }
    }

    /// <summary>Gives a workload's place back. One that has none is no error.</summary>
    public void Leave(NetworkMember member)
    {
        Disconnect(member);
        lock (gate)
        {
            if (entries.TryGetValue(member.Attachment.NetworkId, out var entry))
            {
                entry.Members.Remove(member.Id);
                Release(entry, member.Id);
            }
        }
    }

    /// <summary>The same for one that is in another network by now, or never came: nothing that leads to it changes.</summary>
    public void GiveBack(NetworkMember member)
    {
        lock (gate)
        {
            if (entries.TryGetValue(member.Attachment.NetworkId, out var entry))
            {
                entry.Members.Remove(member.Id);
                Release(entry, member.Id);
            }
        }
    }

    /// <summary>A network's name; the id where it is not there any more.</summary>
    public string NameOf(Guid id) => FindName(id) ?? id.ToString();

    /// <summary>A network's name; null where it is not there any more.</summary>
    public string? FindName(Guid id) => entries.TryGetValue(id, out var entry) ? entry.Name : null;

    private static NetworkMember MemberOf(MemberRequest request, NetworkAttachment attachment) => new()
    {
        Id = request.Id,
        Workload = request.Workload,
        Number = request.Number,
        Kind = request.Kind,
        Name = request.Name,
        HostName = request.HostName,
        Attachment = attachment,
        Dns = request.Dns,
        OpenSpace = request.OpenSpace,
    };

    private static void Release(NetworkEntry entry, Guid owner)
    {
        foreach (var book in entry.Books)
        {
            book.Release(owner);
        }
    }

    // The one whose subnet has an address; null: none.
    private static AddressBook? BookOf(IEnumerable<AddressBook> books, IPAddress address) => books.FirstOrDefault(book => book.Has(address));

    private static IPAddress TakeAddress(MemberRequest request, NetworkEntry entry, AddressBook book, IReadOnlyList<IPAddress> asked)
    {
        if (asked.FirstOrDefault(book.Has) is not { } wanted)
        {
            return book.TakeNext(request.Id) ?? throw Refused(
                request, ErrorCode.ResourceExhausted, "NoFreeAddress", $"all {book.Subnet.MemberCount} addresses of '{book.Subnet}' of network '{entry.Name}' are taken", $"Get-VirtNetwork -Name {entry.Name}");
        }

        if (!book.TryTake(wanted, request.Id, out var holder))
        {
            throw Refused(request, ErrorCode.Conflict, "AddressInUse", $"the address '{wanted}' is taken, {WhoHas(entry, holder)}", $"Get-VirtNetwork -Name {entry.Name}");
        }

        return wanted;
    }

    private static string WhoHas(NetworkEntry entry, Guid holder) => entry.Members.TryGetValue(holder, out var member) ? $"{member.Kind} '{member.Name}' has it" : "another has it";

    private static IPAddress ReadAddress(MemberRequest request, NetworkEntry entry, List<AddressBook> books, string text)
    {
        if (!IPAddress.TryParse(text, out var address) || BookOf(books, address) is null)
        {
            throw Refused(request, ErrorCode.InvalidArgument, "InvalidIPAddress", $"'{text}' is no address that a member of network '{entry.Name}' can have, of {string.Join(" and ", books.Select(static book => book.Subnet))}", $"Get-VirtNetwork -Name {entry.Name}");
        }

        return request.Addresses.Count(other => IPAddress.TryParse(other, out var parsed) && parsed.AddressFamily == address.AddressFamily) > 1
            ? throw Refused(request, ErrorCode.InvalidArgument, "InvalidIPAddress", "it can have one address of each family", $"Get-VirtNetwork -Name {entry.Name}")
            : address;
    }

    private static List<PublishedPort> ReadPorts(MemberRequest request, NetworkEntry entry, List<AddressBook> books)
    {
        var list = request.Publish.SelectMany(text => PublishedPort.Parse(text, out var cause) ?? throw Refused(request, ErrorCode.InvalidArgument, "InvalidPublish", cause, $"{request.Command} -Publish 8080:80")).ToList();
        for (var i = 0; i < list.Count; i++)
        {
            if (list.FindIndex(i + 1, list[i].Collides) >= 0)
            {
                throw Refused(request, ErrorCode.InvalidArgument, "InvalidPublish", $"port {list[i].HostPort} of the host is named twice", $"{request.Command} -Publish 8080:80");
            }

            if (list[i].HostAddress.Length > 0 && !books.Exists(book => book.Subnet.IsInternet6 == list[i].HostAddress.Contains(':', StringComparison.Ordinal)))
            {
                throw Refused(request, ErrorCode.InvalidArgument, "InvalidPublish", $"it has no address in network '{entry.Name}' of the family of '{list[i]}'", $"Get-VirtNetwork -Name {entry.Name}");
            }
        }

        return list.Count > 0 && entry.Spec.Mode == VirtNetworkMode.Isolated
            ? throw Refused(request, ErrorCode.InvalidArgument, "InvalidPublish", $"network '{entry.Name}' is isolated, and nothing outside comes to it", $"Set-VirtNetwork {entry.Name} -Mode Bridge")
            : list;
    }

    // One that lies in another adds nothing, and the kernel would refuse both.
    private static List<string> ReadSources(MemberRequest request)
    {
        var sources = new List<IPNetwork>();
        foreach (var text in request.AllowFrom)
        {
            if (!IPNetwork.TryParse(text, out var network))
            {
                network = IPAddress.TryParse(text, out var address)
                    ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32)
                    : throw Refused(request, ErrorCode.InvalidArgument, "InvalidAllowFrom", $"'{text}' is no address and no subnet such as 10.0.0.0/8", $"{request.Command} -AllowFrom 10.0.0.0/8");
            }

            sources.Add(network);
        }

        return [.. sources.Where(one => !sources.Exists(other => other.PrefixLength < one.PrefixLength && other.Contains(one.BaseAddress))).Select(static n => n.ToString()).Distinct(StringComparer.Ordinal)];
    }

    // It follows the address, so that neighbours that remember the one are right about the other.
    private static VirtException Refused(MemberRequest request, ErrorCode code, string id, string cause, string action, bool endsItself = false) =>
        new(code, id, $"Cannot {request.Verb} {request.Kind} '{request.Name}': {cause}{(endsItself ? "" : ".")}", request.Name, action);
}
