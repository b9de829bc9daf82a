using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Rename-VMCheckpoint.</summary>
public sealed partial class VmService
{
    /// <summary>Gives a checkpoint another name.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument or AlreadyExists (the new name).</exception>
    public async Task<VMCheckpoint> RenameCheckpointAsync(RenameVMCheckpoint request, Call call)
    {
        const string Verb = "rename";
        const string LongVerb = "rename a checkpoint of";
        var (entry, checkpoint) = FindCheckpoint(Verb, request.Id, request.Name, request.VMId, request.VMName);
        call.WorksOn($"{entry.Name} '{checkpoint.Name}'");
        using var held = await LockAsync(LongVerb, entry, call).ConfigureAwait(false);
        CheckIsThere(Verb, entry, checkpoint);
        VmStates.CheckSet(LongVerb, entry.Name, entry.State);
        CheckCheckpointName(LongVerb, entry, request.NewName, $"Rename-VMCheckpoint -VMName {entry.Name} -Name '{checkpoint.Name}' -NewName before");
        if (CheckpointsOf(entry).Any(c => c != checkpoint && c.Phase != CheckpointPhase.Hidden && c.Name.Equals(request.NewName, StringComparison.OrdinalIgnoreCase)))
        {
            throw CheckpointTaken(LongVerb, entry, request.NewName, $"Rename-VMCheckpoint -VMName {entry.Name} -Name '{checkpoint.Name}' -NewName '{FreeCheckpointName(entry, request.NewName)}'");
        }

        if (!call.WhatIf)
        {
            checkpoint.Set(table, checkpoint.Phase, checkpoint.Spec with { Name = request.NewName });
        }

        return Show(entry, checkpoint) with { Name = request.NewName };
    }
}
