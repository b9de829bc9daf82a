using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private readonly System.Threading.Lock renaming = new();

    /// <summary>Gives a container another name.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; AlreadyExists.</exception>
    public async Task<Container> RenameAsync(RenameContainer request, Call call)
    {
        var entry = Find("rename", request.Id, request.Name);
        call.WorksOn(entry.Name);
        ResourceName.Check("rename", Kind, request.NewName);
        using var held = await LockAsync("rename", entry, call).ConfigureAwait(false);
        lock (renaming)
        {
            if (entries.Values.Any(e => e != entry && e.Name.Equals(request.NewName, StringComparison.OrdinalIgnoreCase)))
            {
                throw ResourceName.Taken("rename", Kind, request.NewName);
            }

            if (!call.WhatIf)
            {
                entry.Rename(table, request.NewName);
                UseAgain(entry);
                WithMember(entry, networks.Rename);
            }
        }

        return Show(entry);
    }
}
