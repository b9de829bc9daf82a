using System;
using System.Collections.Generic;
using System.Threading;

namespace Virt.Agent.Containers;

/// <summary>How the containers have ended that went with their end, for whoever asks for it a moment too late: the last ones, in memory alone.</summary>
internal sealed class EndedContainers
{
    /// <summary>How many are remembered.</summary>
    public const int Capacity = 256;

    private readonly Lock gate = new();
    private readonly LinkedList<Container> last = [];

    /// <summary>Notes one; the one that was noted first is forgotten for it.</summary>
    public void Add(Container container)
    {
        lock (gate)
        {
            last.AddFirst(container);
            if (last.Count > Capacity)
            {
                last.RemoveLast();
            }
        }
    }

    /// <summary>The last one of an id, or of a name where the id is all zeros; null: none is remembered.</summary>
    public Container? Find(Guid id, string name)
    {
        lock (gate)
        {
            foreach (var one in last)
            {
                if (id != Guid.Empty ? one.Id == id : one.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return one;
                }
            }

            return null;
        }
    }
}
