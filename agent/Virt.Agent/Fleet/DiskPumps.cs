using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace Virt.Agent.Fleet;

/// <summary>The streams by which the disks of a running machine go: one each.</summary>
internal sealed class DiskPumps : IAsyncDisposable
{
    private readonly List<StreamPump> pumps = [];

    public int Count => pumps.Count;

    /// <summary>Bytes that have gone to the destination by all of them.</summary>
    public long Sent => pumps.Sum(static pump => pump.Sent);

    /// <summary>Lets one end with the others.</summary>
    public void Add(StreamPump pump) => pumps.Add(pump);

    public async ValueTask DisposeAsync()
    {
        foreach (var pump in pumps)
        {
            await pump.DisposeAsync().ConfigureAwait(false);
        }
    }
}
