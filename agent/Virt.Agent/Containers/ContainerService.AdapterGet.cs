using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Networks;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Get-ContainerNetworkAdapter, and how an adapter is found.</content>
public sealed partial class ContainerService
{
    /// <summary>Adapters by container and by name, id or pattern; all where the request names none.</summary>
    public Task<ContainerNetworkAdapterList> GetAdapterAsync(GetContainerNetworkAdapter request, Call call)
    {
        var errors = new List<ErrorInfo>();
        IEnumerable<ContainerNetworkAdapter> found = [];
        if (request.Ids.Length == 0)
        {
            var containers = Select(request.ContainerNames, request.ContainerIds, errors).ToList();
            var all = containers.SelectMany(AdaptersOf).ToList();
            found = PartList.ByName(containers.ConvertAll(static one => one.Name), all, static adapter => adapter.Name, request.Names, (name, container) => NoAdapter("get", name, container, all), errors);
        }

        found = found.Concat(PartList.ById(request.Ids, ShowById, errors));
        return Task.FromResult(new ContainerNetworkAdapterList { Items = [.. found.OrderBy(static adapter => adapter.ContainerName, StringComparer.OrdinalIgnoreCase)], Errors = [.. errors] });
    }

    private ContainerNetworkAdapter ShowById(Guid id)
    {
        var (entry, adapter) = FindAdapter("get", id, "", Guid.Empty, "");
        return adapter is null ? AdaptersOf(entry).First() : Show(entry, adapter);
    }

    private IEnumerable<ContainerNetworkAdapter> AdaptersOf(ContainerEntry entry)
    {
        var spec = entry.Spec;
        return spec.Attachment is { } first ? spec.Adapters.Select(adapter => Show(entry, adapter)).Prepend(Show(entry, entry.Id, 0, first)) : [];
    }

    // The adapter null: it is the container's first.
    private (ContainerEntry Container, ContainerAdapter? Adapter) FindAdapter(string verb, Guid id, string name, Guid containerId, string containerName)
    {
        if (id == Guid.Empty)
        {
            var container = Find(verb, containerId, containerName);
            return (container, FindAdapter(verb, container, name));
        }

        foreach (var entry in entries.Values)
        {
            var adapter = entry.Spec.Adapters.FirstOrDefault(adapter => adapter.Id == id);
            if (adapter is not null || (entry.Id == id && entry.Spec.Attachment is not null))
            {
                return (entry, adapter);
            }
        }

        var shown = name.Length > 0 ? name : id.ToString();
        throw new VirtException(ErrorCode.NotFound, "ContainerNetworkAdapterNotFound", $"Cannot {(verb == RemoveAdapterVerb ? "remove" : verb)} network adapter '{shown}': it does not exist any more (no adapter has the id {id}).", shown, "Get-ContainerNetworkAdapter");
    }

    private ContainerAdapter? FindAdapter(string verb, ContainerEntry container, string name) =>
        container.Spec.Attachment is not null && name.Equals(NetworkService.InnerName(0), StringComparison.OrdinalIgnoreCase)
            ? null
            : container.Spec.Adapters.FirstOrDefault(adapter => NetworkService.InnerName(adapter.Number).Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw NoAdapter(verb == RemoveAdapterVerb ? "remove" : verb, name, container.Name, AdaptersOf(container));

    private static VirtException NoAdapter(string verb, string name, string container, IEnumerable<ContainerNetworkAdapter> others)
    {
        var nearest = NearestName.Of(name, others.Select(static adapter => adapter.Name));
        return new VirtException(
            ErrorCode.NotFound,
            "ContainerNetworkAdapterNotFound",
            $"Cannot {verb} network adapter '{name}'{(container.Length > 0 ? $" of container '{container}'" : "")}: {(container.Length > 0 ? "it has none of that name" : "none of them has one of that name")}{(nearest is null ? "." : $"; did you mean '{nearest}'?")}",
            name,
            $"Get-ContainerNetworkAdapter {container}".TrimEnd());
    }
}
