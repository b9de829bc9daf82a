using System;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Checkpoint-VM.</summary>
public sealed partial class VmService
{
    /// <summary>Makes a checkpoint. A guest that runs stands still for a moment only.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument or AlreadyExists (the name); ResourceExhausted (space); Unavailable (QEMU).</exception>
    public Task<VMCheckpoint> CheckpointAsync(CheckpointVM request, Call call) => throw new NotImplementedException();

    /// <summary>Checkpoints by machine and by name, id or pattern; all where the request names none.</summary>
    public Task<VMCheckpointList> GetCheckpointAsync(GetVMCheckpoint request, Call call) => throw new NotImplementedException();

    /// <summary>Brings a machine back to a checkpoint. One with memory runs afterwards, one without is stopped. Other checkpoints stay.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; NotSupported (its QEMU or machine type is gone); DataLoss, ResourceExhausted (the disk); Unavailable (QEMU).</exception>
    public Task<VM> RestoreCheckpointAsync(RestoreVMCheckpoint request, Call call) => throw new NotImplementedException();

    /// <summary>Removes a checkpoint and merges its layer of the disk where nothing else stands on it. May be repeated. Gives it as it was.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; ResourceExhausted (the disk); Unavailable (QEMU).</exception>
    public Task<VMCheckpoint> RemoveCheckpointAsync(RemoveVMCheckpoint request, Call call) => throw new NotImplementedException();
}
