using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Events;
using Virt.Agent.State;
using Virt.Linux.Netlink;
using Virt.Protocol;

namespace Virt.Agent.Networks;

/// <summary>
/// Networks: bridges, addresses and nftables tables of the host, made by netlink. A network is a row; what the kernel has of it is made again from the row
/// wherever it is missing, such as after a reboot.
/// </summary>
public sealed partial class NetworkService : IAsyncDisposable
{
    internal const string Kind = "network";
    private static readonly Guid HostId = new("00000000-0000-4000-8000-000000000001");
    private static readonly Guid NoneId = new("00000000-0000-4000-8000-000000000002");

    private readonly ResourceTable table;
    private readonly TimeProvider time;
    private readonly EventHub events;
    private readonly KeyedLock locks = new();
    private readonly ConcurrentDictionary<Guid, NetworkEntry> entries = new();
    private readonly HostPorts ports = new();
    private readonly NameServer names = new();
    private readonly AddressServer addressServer = new();

    // Address books and lists of members; nothing is waited for under it.
    private readonly Lock gate = new();

    // Opened with the first network: a host without one needs neither.
    private readonly Lock routing = new();
    private RouteSocket? routes;
    private readonly Lazy<NftSocket> nft = new(static () => new NftSocket());

    /// <summary>Makes the service and reads what is stored; <see cref="RecoverAsync"/> must follow before any request.</summary>
    /// <param name="table">Stored networks.</param>
    /// <param name="time">The clock.</param>
    /// <param name="events">Is told what happens to networks; null: nobody is.</param>
    public NetworkService(ResourceTable table, TimeProvider time, EventHub? events = null)
    {
        this.table = table;
        this.time = time;
        this.events = events ?? new EventHub(time, 1);
        foreach (var row in table.Load(Kind))
        {
            entries[row.Id] = new NetworkEntry(row);
        }
    }

    /// <summary>Ends what goes on beside requests; networks stay.</summary>
    public async ValueTask DisposeAsync()
    {
        await names.DisposeAsync().ConfigureAwait(false);
        await addressServer.DisposeAsync().ConfigureAwait(false);
        ports.Dispose();
        routes?.Dispose();
        if (nft.IsValueCreated)
        {
            nft.Value.Dispose();
        }
    }

    private void Tell(NetworkEntry entry, VirtEventAction action) => events.Publish(VirtEventKind.Network, action, entry.Name, entry.Id);

    private T OnRoutes<T>(Func<RouteSocket, T> work)
    {
        lock (routing)
        {
            return work(routes ??= RouteSocket.Open());
        }
    }

    private void OnRoutes(Action<RouteSocket> work) => OnRoutes(socket =>
    {
        work(socket);
        return true;
    });

    /// <exception cref="VirtException">NotFound; NotSupported for one that is built in.</exception>
    private NetworkEntry Find(string verb, Guid id, string name)
    {
        if (BuiltIn().FirstOrDefault(n => n.Id == id || (id == Guid.Empty && n.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) is { } own)
        {
            throw new VirtException(ErrorCode.NotSupported, "NetworkBuiltIn", $"Cannot {verb} network '{own.Name}': it is built in.", own.Name, "New-VirtNetwork lan");
        }

        if (id != Guid.Empty)
        {
            return entries.TryGetValue(id, out var byId)
                ? byId
                : throw ResourceName.Gone(verb, Kind, name, id);
        }

        return FindByName(name) ?? throw ResourceName.NotFound(verb, Kind, name, entries.Values.Select(e => e.Name));
    }

    private NetworkEntry? FindByName(string name) => entries.Values.FirstOrDefault(e => e.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    // Enters the network's lock, and makes sure that it was not removed while we waited for it.
    private ValueTask<IDisposable> LockAsync(string verb, NetworkEntry entry, CancellationToken cancellation) =>
        locks.EnterAsync(entry.Id, () => entry.IsRemoved ? ResourceName.NotFound(verb, Kind, entry.Name, entries.Values.Select(e => e.Name)) : null, cancellation);

    private void Serve(NetworkEntry entry)
    {
        names.Serve(entry.Id, entry.Name, entry.Spec);
        addressServer.Serve(entry.Id, entry.Name, entry.Spec);
    }

    private static IEnumerable<VirtNetwork> BuiltIn() =>
    [
        new VirtNetwork { Id = HostId, Name = "host", Mode = VirtNetworkMode.Host },
        new VirtNetwork { Id = NoneId, Name = "none", Mode = VirtNetworkMode.None },
    ];

    private VirtNetwork Show(NetworkEntry entry)
    {
        string[] users;
        lock (gate)
        {
            users = [.. entry.Members.Values.Select(static m => m.Name).Order(StringComparer.OrdinalIgnoreCase)];
        }

        return new VirtNetwork
        {
            Id = entry.Id,
            Name = entry.Name,
            Mode = entry.Spec.Mode,
            Subnets = [.. entry.Spec.Subnets],
            Gateways = [.. entry.Spec.Ranges.Select(static range => range.Gateway.ToString())],
            MtuBytes = entry.Spec.MtuBytes,
            Uplink = entry.Spec.Uplink,
            VlanId = entry.Spec.VlanId,
            BridgeName = entry.Spec.Bridge,
            UsedBy = users,
            Status = entry.Status.Length > 0 ? entry.Status : $"{names.StatusOf(entry.Id)} {addressServer.StatusOf(entry.Id)}".Trim(),
            Labels = new Dictionary<string, string>(entry.Spec.Labels),
            CreationTime = entry.Row.Created,
        };
    }
}
