using System;
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

        return Task.FromResult(new VirtNetworkList
        {
            Items = [.. all.Where(n => request.Ids.Contains(n.Id) || request.Names.Any(name => NamePattern.Matches(name, n.Name)))],
            Errors = ResourceName.Missing(Kind, request.Names, request.Ids, all.ConvertAll(static n => (n.Id, n.Name))),
        });
    }
}
