using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private readonly System.Threading.Lock renaming = new();

    /// <summary>Gives a container another name, and the host name that was its name with it.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; AlreadyExists.</exception>
    public async Task<Container> RenameAsync(RenameContainer request, Call call)
    {
        var entry = Find("rename", request.Id, request.Name);
        call.WorksOn(entry.Name);
        ResourceName.Check("rename", Kind, request.NewName, of: entry.Name);
        using var held = await LockAsync("rename", entry, call).ConfigureAwait(false);
        lock (renaming)
        {
            if (entries.Values.Any(e => e != entry && e.Name.Equals(request.NewName, StringComparison.OrdinalIgnoreCase)))
            {
                throw ResourceName.Taken("rename", Kind, request.NewName, of: entry.Name);
            }

            if (!call.WhatIf)
            {
                entry.Rename(table, request.NewName, SpecNamed(entry, request.NewName));
                UseAgain(entry);
                WithMember(entry, networks.Rename);
            }
        }

        return Show(entry);
    }

    // A host name that was its name follows it, so that nobody finds it by a name that it gave up; its processes see it from their next start on. One by which it is asked whether it works stays.
    private static ContainerSpec SpecNamed(ContainerEntry entry, string name)
    {
        var spec = entry.Spec;
        var isAsked = Uri.TryCreate(spec.Health?.HttpUrl, UriKind.Absolute, out var url) && url.DnsSafeHost.Equals(spec.HostName, StringComparison.OrdinalIgnoreCase);
        return !isAsked && spec.Isolation != ContainerIsolation.Chroot && spec.HostName.Equals(entry.Name, StringComparison.OrdinalIgnoreCase) ? spec with { HostName = name } : spec;
    }
}
