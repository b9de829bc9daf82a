using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Networks;

public sealed partial class NetworkService
{
    /// <summary>Networks by name, id or pattern. A literal name or id that does not exist is an error beside the others.</summary>
    public Task<VirtNetworkList> GetAsync(GetVirtNetwork request, Call call)
    {
        var all = BuiltIn().Concat(entries.Values.Where(static e => e.Phase != NetworkPhase.Creating).OrderBy(static e => e.Name, StringComparer.OrdinalIgnoreCase).Select(Show)).ToList();
        if (request.Names.Length == 0 && request.Ids.Length == 0)
        {
            return Task.FromResult(new VirtNetworkList { Items = [.. all] });
        }

        var errors = new List<ErrorInfo>();
        foreach (var name in request.Names.Where(name => !NamePattern.IsPattern(name) && !all.Any(n => NamePattern.Matches(name, n.Name))))
        {
            errors.Add(ResourceName.NotFound("get", Kind, name, all.Select(static n => n.Name)).ToInfo());
        }

        foreach (var id in request.Ids.Where(id => all.TrueForAll(n => n.Id != id)))
        {
            errors.Add(ResourceName.Gone("get", Kind, "", id).ToInfo());
        }

        return Task.FromResult(new VirtNetworkList
        {
            Items = [.. all.Where(n => request.Ids.Contains(n.Id) || request.Names.Any(name => NamePattern.Matches(name, n.Name)))],
            Errors = [.. errors],
        });
    }
}
