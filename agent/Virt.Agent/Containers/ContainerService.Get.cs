using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private const int Many = 32;

    /// <summary>Containers by name, id or pattern. A literal name or id that does not exist is an error beside the others.</summary>
    public Task<ContainerList> GetAsync(GetContainer request, Call call)
    {
        var errors = new List<ErrorInfo>();
        return Task.FromResult(new ContainerList
        {
            Items = Show([.. Select(request.Names, request.Ids, errors)]),
            Errors = [.. errors],
        });
    }

    // By name; all where neither names nor ids are given.
    private IEnumerable<ContainerEntry> Select(string[] names, Guid[] ids, List<ErrorInfo> errors)
    {
        var found = new Dictionary<Guid, ContainerEntry>();
        if (names.Length == 0 && ids.Length == 0)
        {
            found = entries.ToDictionary();
        }

        foreach (var name in names)
        {
            if (NamePattern.IsPattern(name))
            {
                foreach (var entry in entries.Values.Where(e => NamePattern.Matches(name, e.Name)))
                {
                    found[entry.Id] = entry;
                }
            }
            else
            {
                Add(Guid.Empty, name);
            }
        }

        foreach (var id in ids)
        {
            Add(id, "");
        }

        return found.Values.OrderBy(static e => e.Name, StringComparer.OrdinalIgnoreCase);

        void Add(Guid id, string name)
        {
            try
            {
                var entry = Find("get", id, name);
                found[entry.Id] = entry;
            }
            catch (VirtException e)
            {
                errors.Add(e.ToInfo());
            }
        }
    }

    // What a container uses is the kernel's to say, file by file: of many it is asked by all processors.
    private Container[] Show(ContainerEntry[] shown)
    {
        using var memory = cgroups.OpenMemory();
        if (shown.Length < Many)
        {
            return Array.ConvertAll(shown, entry => Show(entry, memory));
        }

        var items = new Container[shown.Length];
        Parallel.For(0, shown.Length, i => items[i] = Show(shown[i], memory));
        return items;
    }
}
