using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>Network adapters that come and go while the guest runs. Source: QEMU's QMP reference manual, Net devices.</summary>
internal sealed partial class VmSession
{
    /// <summary>Makes what is behind an adapter.</summary>
    /// <param name="backend">Its name.</param>
    /// <param name="tap">Its link into a network of the host; null: a network of QEMU's own.</param>
    /// <param name="vhost">What of the kernel moves its packets; null: QEMU does.</param>
    /// <param name="isRestricted">Of QEMU's own network: nothing of the host is reached.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task AddBackendAsync(string backend, SafeHandle? tap, SafeHandle? vhost, bool isRestricted, CancellationToken cancellation)
    {
        foreach (var (name, descriptor) in new[] { (backend, tap), (backend + "-vhost", vhost) })
        {
            if (descriptor is not null)
            {
                await GiveAsync(name, descriptor, cancellation).ConfigureAwait(false);
            }
        }

        await qmp.ExecuteAsync(
            "netdev_add",
            json =>
            {
                Text(json, ("type", tap is null ? "user" : "tap"), ("id", backend));
                if (tap is null)
                {
                    json.WriteBoolean("restrict", isRestricted);
                    return;
                }

                json.WriteString("fd", backend);
                if (vhost is not null)
                {
                    json.WriteBoolean("vhost", true);
                    json.WriteString("vhostfd", backend + "-vhost");
                }
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes away what was behind an adapter; where nothing is, that is fine.</summary>
    public Task RemoveBackendAsync(string backend, CancellationToken cancellation) =>
        IgnoringAsync(qmp.ExecuteAsync("netdev_del", json => Text(json, ("id", backend)), cancellation));

    /// <summary>Whether an adapter has a link, as its guest sees it. It is part of what is saved of a guest.</summary>
    public Task SetLinkAsync(string adapter, bool isUp, CancellationToken cancellation) => qmp.ExecuteAsync(
        "set_link",
        json =>
        {
            json.WriteString("name", adapter);
            json.WriteBoolean("up", isUp);
        },
        cancellation);

    /// <summary>The hardware address that a guest has given its adapter; from then on QEMU tells once when that is another.</summary>
    public async Task<string> ReadMacAddressAsync(string adapter, CancellationToken cancellation)
    {
        var filters = await qmp.ExecuteAsync("query-rx-filter", json => Text(json, ("name", adapter)), cancellation).ConfigureAwait(false);
        return filters.EnumerateArray().Select(static filter => filter.GetProperty("main-mac").GetString()).FirstOrDefault() ?? "";
    }

    /// <summary>Waits until a guest has given its adapter an address.</summary>
    public async Task AwaitMacAddressAsync(string adapter, string macAddress, CancellationToken cancellation)
    {
        var news = Channel.CreateUnbounded<bool>();
        Told += OnTold;
        try
        {
            while (!(await ReadMacAddressAsync(adapter, cancellation).ConfigureAwait(false)).Equals(macAddress, StringComparison.OrdinalIgnoreCase))
            {
                await news.Reader.ReadAsync(cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            Told -= OnTold;
        }

        void OnTold(QmpEvent e)
        {
            if (e.Name == "NIC_RX_FILTER_CHANGED" && e.Text("name") == adapter)
            {
                news.Writer.TryWrite(true);
            }
        }
    }
}
