using System.Collections.Generic;
using System.Threading;

namespace Virt.Agent.Containers;

/// <summary>
/// Which ids of the host containers have as theirs: a range for each, from where neither users, nor /etc/subuid, nor systemd have any
/// (systemd.io/UIDS-GIDS: 1879048192 to 2147352575 is nobody's).
/// </summary>
internal sealed class HostIds
{
    /// <summary>How many ids a container has: 0 to 65535.</summary>
    public const uint Size = 65536;

    /// <summary>The first of all.</summary>
    public const uint First = 0x7000_0000;

    /// <summary>How many containers there can be with ids of their own.</summary>
    public const int Count = 4094;

    private readonly Lock gate = new();
    private readonly HashSet<uint> taken = [];
    private uint next;

    /// <summary>Takes one that is known to be used.</summary>
    public void Keep(uint first)
    {
        lock (gate)
        {
            taken.Add(first);
        }
    }

    /// <summary>Takes a free one, as long as there are others one that was not just given back; 0: all are taken.</summary>
    public uint Take()
    {
        lock (gate)
        {
            for (var i = 0; i < Count; i++)
            {
                var first = First + (next * Size);
                next = (next + 1) % Count;
                if (taken.Add(first))
                {
                    return first;
                }
            }

            return 0;
        }
    }

    /// <summary>Gives one back; 0 is none.</summary>
    public void Give(uint first)
    {
        lock (gate)
        {
            taken.Remove(first);
        }
    }
}
