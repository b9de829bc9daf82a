using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Patching.Targets;

/// <summary>The checkpoint: made, kept, gone back to.</summary>
internal sealed partial class VmTarget
{
    /// <inheritdoc/>
    public async Task<string> CheckpointAsync(TargetWork work, CancellationToken cancellation)
    {
        var data = work.Data;
        data.WasRunning = true;
        data.Checkpoint = $"patch-{work.RunId.ToString("N")[..8]}";
        work.Save();
        var made = await FindCheckpointAsync(data, cancellation).ConfigureAwait(false)
            ?? await vms.CheckpointAsync(
                new CheckpointVM { Id = id, Name = name, CheckpointName = data.Checkpoint, CheckpointType = VMCheckpointType.Standard, IncludeMemory = vms.CanHoldMemory(id), Notes = $"Before patch run {work.RunId}." }, CallOf(cancellation)).ConfigureAwait(false);
        data.CheckpointId = made.Id;
        data.CheckpointTime = made.CreationTime;
        work.Result.Downtime = (work.Result.Downtime ?? TimeSpan.Zero) + made.PauseDuration;
        return FormattableString.Invariant($"checkpoint '{made.Name}', while the guest stood still for {made.PauseDuration.TotalMilliseconds:0} ms");
    }

    /// <inheritdoc/>
    public async Task<string> KeepAsync(TargetWork work, bool keep)
    {
        var data = work.Data;
        if (data.Checkpoint.Length == 0)
        {
            return "nothing was kept";
        }

        if (keep)
        {
            work.Result.Kept = $"checkpoint '{data.Checkpoint}'";
            return $"checkpoint '{data.Checkpoint}' is kept";
        }

        await RemoveCheckpointAsync(data).ConfigureAwait(false);
        return $"checkpoint '{data.Checkpoint}' is removed";
    }

    /// <inheritdoc/>
    public async Task<string> PutBackAsync(TargetWork work)
    {
        var data = work.Data;
        if (data.Checkpoint.Length == 0)
        {
            return "nothing was changed";
        }

        var checkpoint = await FindCheckpointAsync(data, CancellationToken.None).ConfigureAwait(false);
        if (!data.IsRestored)
        {
            if (checkpoint is null)
            {
                return data.CheckpointId == Guid.Empty
                    ? "nothing was changed"
                    : throw new VirtException(
                        ErrorCode.NotFound, "VMCheckpointNotFound", $"Cannot put back VM '{name}': its checkpoint '{data.Checkpoint}' does not exist any more.", name, $"Get-VMCheckpoint -VMName {name}");
            }

            if (data.CheckpointId != Guid.Empty)
            {
                var begin = time.GetTimestamp();
                await vms.RestoreCheckpointAsync(new RestoreVMCheckpoint { Id = checkpoint.Id, Name = checkpoint.Name, VMId = id, VMName = name }, CallOf(CancellationToken.None)).ConfigureAwait(false);
                work.Result.Downtime = (work.Result.Downtime ?? TimeSpan.Zero) + time.GetElapsedTime(begin);
                work.Result.Lost = FormattableString.Invariant($"everything written in it since {data.CheckpointTime?.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC");
                data.IsRestored = true;
                work.Save();
            }
        }

        await RemoveCheckpointAsync(data).ConfigureAwait(false);
        if (!data.IsRestored)
        {
            return "nothing was changed";
        }

        await vms.StartStoppedAsync(id, name, CallOf(CancellationToken.None)).ConfigureAwait(false);
        await shell.AwaitAsync(AgentTimeout, CancellationToken.None).ConfigureAwait(false);
        return $"back at checkpoint '{data.Checkpoint}'";
    }

    // By its id once that is known: somebody may give it another name.
    private async Task<VMCheckpoint?> FindCheckpointAsync(TargetData data, CancellationToken cancellation)
    {
        var list = await vms.GetCheckpointAsync(new GetVMCheckpoint { VMIds = [id] }, CallOf(cancellation)).ConfigureAwait(false);
        return list.Items.FirstOrDefault(c => data.CheckpointId == Guid.Empty ? c.Name.Equals(data.Checkpoint, StringComparison.OrdinalIgnoreCase) : c.Id == data.CheckpointId);
    }

    private async Task RemoveCheckpointAsync(TargetData data)
    {
        if (await FindCheckpointAsync(data, CancellationToken.None).ConfigureAwait(false) is { } found)
        {
            await vms.RemoveCheckpointAsync(new RemoveVMCheckpoint { Id = found.Id, Name = found.Name, VMId = id, VMName = name }, CallOf(CancellationToken.None)).ConfigureAwait(false);
        }
    }
}
