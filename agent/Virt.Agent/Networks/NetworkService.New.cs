using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Protocol;

namespace Virt.Agent.Networks;

public sealed partial class NetworkService
{
    // Two that are made at once must not choose the same subnet or bridge.
    private readonly SemaphoreSlim choosing = new(1, 1);

    /// <summary>Makes a network.</summary>
    /// <exception cref="VirtException">InvalidArgument; AlreadyExists; Conflict (a subnet that the host has a route to); NotFound (the uplink); NotSupported.</exception>
    public async Task<VirtNetwork> NewAsync(NewVirtNetwork request, Call call)
    {
        var asked = NewNetworkCheck.Check(request);
        call.WorksOn(request.Name);
        await choosing.WaitAsync(call.Cancellation).ConfigureAwait(false);
        try
        {
            if (FindByName(request.Name) is not null || BuiltIn().Any(n => n.Name.Equals(request.Name, StringComparison.OrdinalIgnoreCase)))
            {
                throw ResourceName.Taken("create", Kind, request.Name);
            }

            var spec = Choose(request, asked);
            var entry = new NetworkEntry(NetworkEntry.NewRow(Guid.NewGuid(), request.Name, spec, time.GetUtcNow()));
            if (call.WhatIf)
            {
                return Show(entry);
            }

            await MakeAsync(entry).ConfigureAwait(false);
            return Show(entry);
        }
        finally
        {
            choosing.Release();
        }
    }

    private async Task MakeAsync(NetworkEntry entry)
    {
        if (!table.TryInsert(entry.Row))
        {
            throw ResourceName.Taken("create", Kind, entry.Name);
        }

        await using var rollback = new Rollback();
        rollback.Add($"forget network '{entry.Name}'", () => table.Delete(entry.Id));
        rollback.Add($"remove what was made of network '{entry.Name}'", () => Unmake(entry));
        try
        {
            await FaultPoint.ReachAsync(NetworkFaults.NewWritten).ConfigureAwait(false);
            MakeLinks(entry);
            await FaultPoint.ReachAsync(NetworkFaults.NewLinked).ConfigureAwait(false);
            MakeRules(entry);
            await FaultPoint.ReachAsync(NetworkFaults.NewRuled).ConfigureAwait(false);
        }
        catch (LinuxException e)
        {
            throw NotMade("create", entry, e);
        }

        entry.Set(table, NetworkPhase.Ready);
        entries[entry.Id] = entry;
        rollback.Commit();
        Tell(entry, VirtEventAction.Created);
        Serve(entry);
    }

    private static VirtException NotMade(string verb, NetworkEntry entry, LinuxException e) => new(
        ErrorCode.NotSupported, "NetworkNotMade", $"Cannot {verb} network '{entry.Name}': the kernel refused {e.Message}.", entry.Name, "Test-VirtHost", e);

    private NetworkSpec Choose(NewVirtNetwork request, IReadOnlyList<Subnet> asked)
    {
        var (links, taken) = OnRoutes(static socket => (socket.ReadLinks(), socket.ReadRoutes()));
        var others = entries.Values.SelectMany(static e => e.Spec.Ranges.Select(range => (e.Name, range.Network))).ToList();
        foreach (var subnet in asked)
        {
            var other = others.FirstOrDefault(o => subnet.Overlaps(o.Network)).Name;
            if (other is not null || taken.Any(subnet.Overlaps))
            {
                var who = other is not null ? $"network '{other}' has it, or a part of it" : "the host has a route to it, or to a part of it";
                throw new VirtException(ErrorCode.Conflict, "SubnetInUse", $"Cannot create network '{request.Name}': the subnet '{subnet}' is in use, {who}.", request.Name, other is not null ? $"Get-VirtNetwork -Name {other}" : "ip route show table all");
            }
        }

        if (request.Uplink.Length > 0 && !links.Any(link => link.Name == request.Uplink))
        {
            throw new VirtException(ErrorCode.NotFound, "UplinkNotFound", $"Cannot create network '{request.Name}': the host has no link '{request.Uplink}'.", request.Uplink, "ip link");
        }

        IReadOnlyList<IPNetwork> all = [.. taken, .. others.Select(static o => o.Network)];
        var subnets = asked.ToList();
        if (subnets.Count == 0)
        {
            subnets.Add(FreeSubnet.Internet4(all) ?? throw new VirtException(
                ErrorCode.ResourceExhausted, "NoFreeSubnet", $"Cannot create network '{request.Name}': no /24 of 10.144.0.0/12 is free.", request.Name, $"New-VirtNetwork {request.Name} -Subnet 192.168.77.0/24"));
        }

        if (request.IPv6 && !subnets.Exists(static s => s.IsInternet6))
        {
            subnets.Add(FreeSubnet.Internet6(all, Random.Shared));
        }

        var used = links.Select(static link => link.Name).Concat(entries.Values.Select(static e => e.Spec.Bridge)).ToHashSet(StringComparer.Ordinal);
        return new NetworkSpec
        {
            Mode = request.Mode,
            Bridge = Enumerable.Range(0, int.MaxValue).Select(static n => string.Create(CultureInfo.InvariantCulture, $"virt{n}")).First(name => !used.Contains(name)),
            Subnets = [.. subnets.Select(static s => s.ToString())],
            MtuBytes = request.MtuBytes ?? 1500,
            Uplink = request.Uplink,
            VlanId = request.VlanId,
            Labels = request.Labels,
        };
    }
}
