using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Rename-VM.</summary>
public sealed partial class VmService
{
    private readonly Lock renaming = new();

    /// <summary>Gives a machine another name, also while it runs. Its files and the name that its guest has given itself stay.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; AlreadyExists; Conflict (it moves).</exception>
    public async Task<VM> RenameAsync(RenameVM request, Call call)
    {
        const string Verb = "rename";
        var entry = Find(Verb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        ResourceName.Check(Verb, "VM", request.NewName, of: entry.Name);
        using var held = await LockAsync(Verb, entry, call).ConfigureAwait(false);
        VmStates.CheckSet(Verb, entry.Name, entry.State);
        lock (renaming)
        {
            if (entries.Values.Any(e => e != entry && e.Name.Equals(request.NewName, StringComparison.OrdinalIgnoreCase)))
            {
                throw ResourceName.Taken(Verb, "VM", request.NewName, of: entry.Name);
            }

            if (!call.WhatIf)
            {
                entry.Rename(table, request.NewName);
                WithMember(entry, networks.Rename);
            }
        }

        return Show(entry);
    }
}
