using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Storage.Volumes;

public sealed partial class VolumeService
{
    /// <summary>Keeps what a volume holds now. Of one that is being written, it is what a power cut would leave.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; AlreadyExists; ResourceExhausted.</exception>
    public async Task<VirtVolume> CheckpointAsync(CheckpointVirtVolume request, Call call)
    {
        var entry = Find("make a checkpoint of", request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync("make a checkpoint of", entry, call.Cancellation).ConfigureAwait(false);
        var name = request.CheckpointName.Length > 0 ? request.CheckpointName : FreeName(entry);
        ResourceName.Check("make checkpoint of", Kind, name);
        if (entry.Spec.Checkpoints.Any(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new VirtException(ErrorCode.AlreadyExists, "VolumeCheckpointAlreadyExists", $"Cannot make a checkpoint of volume '{entry.Name}': it has a checkpoint '{name}' already.", name, $"Get-VirtVolume -Name {entry.Name}");
        }

        if (call.WhatIf)
        {
            return Show(entry);
        }

        var checkpoint = new VolumeCheckpoint { Id = Guid.NewGuid(), Name = name, Time = time.GetUtcNow() };
        await using var rollback = new Rollback();
        rollback.Add($"remove the checkpoint '{name}' of volume '{entry.Name}'", () => FileTree.Delete(entry.FolderOf(checkpoint.Id)));
        var isShared = await trees.CopyAsync($"Cannot make a checkpoint of volume '{entry.Name}'", entry.Name, entry.Data, entry.FolderOf(checkpoint.Id), call.Cancellation).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VolumeFaults.CheckpointFilled, call.Cancellation).ConfigureAwait(false);
        entry.Set(table, VolumePhase.Ready, entry.Spec with { Checkpoints = [.. entry.Spec.Checkpoints, checkpoint with { IsShared = isShared }] });
        rollback.Commit();
        Tell(entry, VirtEventAction.Checkpointed, $"Its checkpoint is '{name}'.");
        return Show(entry);
    }

    /// <summary>Takes a volume back to a checkpoint. What it holds now is lost, the checkpoint stays.</summary>
    /// <exception cref="VirtException">NotFound (also of the checkpoint); WrongState: something that has it runs; ResourceExhausted.</exception>
    public async Task<VirtVolume> RestoreAsync(RestoreVirtVolume request, Call call)
    {
        var entry = Find("restore", request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync("restore", entry, call.Cancellation).ConfigureAwait(false);
        var checkpoint = CheckpointOf("restore", entry, request.CheckpointName);
        lock (gate)
        {
            if (entry.Users.Values.FirstOrDefault(static u => u.IsAlive()) is { } user)
            {
                throw new VirtException(ErrorCode.WrongState, "VolumeInUse", $"Cannot restore volume '{entry.Name}': {user.Kind} '{user.Name}' has it and runs.", entry.Name, $"Stop-Container -Name {user.Name}");
            }

            if (call.WhatIf)
            {
                return Show(entry);
            }

            entry.IsRestoring = true; // nothing that has it starts from now on
        }

        try
        {
            await ExchangeAsync(
                entry,
                entry.Spec with { IsNew = false },
                () => trees.CopyAsync($"Cannot restore volume '{entry.Name}'", entry.Name, entry.FolderOf(checkpoint.Id), entry.Part, call.Cancellation),
                call.Cancellation).ConfigureAwait(false);
        }
        finally
        {
            entry.IsRestoring = false;
        }

        Tell(entry, VirtEventAction.Restored, $"It is as it was at its checkpoint '{checkpoint.Name}'.");
        return Show(entry);
    }

    /// <summary>Removes a volume with its checkpoints, or one checkpoint.</summary>
    /// <exception cref="VirtException">NotFound; WrongState: something has it, and what.</exception>
    public async Task<Nothing> RemoveAsync(RemoveVirtVolume request, Call call)
    {
        var entry = Find("remove", request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync("remove", entry, call.Cancellation).ConfigureAwait(false);
        if (request.CheckpointName.Length > 0)
        {
            var checkpoint = CheckpointOf("remove a checkpoint of", entry, request.CheckpointName);
            if (!call.WhatIf)
            {
                entry.Set(table, VolumePhase.Ready, entry.Spec with { Checkpoints = [.. entry.Spec.Checkpoints.Where(c => c.Id != checkpoint.Id)] });
                FileTree.Delete(entry.FolderOf(checkpoint.Id));
                Tell(entry, VirtEventAction.Changed, $"Its checkpoint '{checkpoint.Name}' was removed.");
            }

            return new Nothing();
        }

        lock (gate)
        {
            if (entry.Users.Values.OrderBy(static u => u.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } user)
            {
                var others = entry.Users.Count > 1 ? $" and {entry.Users.Count - 1} more have it" : " has it";
                throw new VirtException(ErrorCode.WrongState, "VolumeInUse", $"Cannot remove volume '{entry.Name}': {user.Kind} '{user.Name}'{others}.", entry.Name, $"Get-VirtVolume -Name {entry.Name}");
            }

            if (call.WhatIf)
            {
                return new Nothing();
            }

            entry.Set(table, VolumePhase.Removing); // nothing gets it from now on
        }

        await FaultPoint.ReachAsync(VolumeFaults.RemoveWritten).ConfigureAwait(false);
        Delete(entry);
        Tell(entry, VirtEventAction.Removed);
        return new Nothing();
    }

    // What is filled into Part takes the place of all that the volume holds; whatever comes in between, it holds the one or the other.
    private async Task ExchangeAsync(VolumeEntry entry, VolumeSpec spec, Func<Task> fill, CancellationToken cancellation)
    {
        try
        {
            await fill().ConfigureAwait(false);
            Directory.Move(entry.Part, entry.Next);
            await FaultPoint.ReachAsync(VolumeFaults.RestoreFilled, cancellation).ConfigureAwait(false);
            entry.Set(table, VolumePhase.Restoring, spec);
            await FaultPoint.ReachAsync(VolumeFaults.RestoreWritten).ConfigureAwait(false);
            Directory.Move(entry.Data, entry.Former);
            await FaultPoint.ReachAsync(VolumeFaults.RestoreMoved).ConfigureAwait(false);
            Directory.Move(entry.Next, entry.Data);
            await FaultPoint.ReachAsync(VolumeFaults.RestorePlaced).ConfigureAwait(false);
            Place(entry);
        }
        catch
        {
            if (entry.Phase == VolumePhase.Restoring)
            {
                Place(entry); // it was decided
            }

            FileTree.Delete(entry.Part);
            FileTree.Delete(entry.Next);
            throw;
        }
    }

    // From wherever a restoration stands to its end.
    private void Place(VolumeEntry entry)
    {
        if (Directory.Exists(entry.Next))
        {
            if (Directory.Exists(entry.Data))
            {
                Directory.Move(entry.Data, entry.Former);
            }

            Directory.Move(entry.Next, entry.Data);
        }

        entry.Set(table, VolumePhase.Ready);
        FileTree.Delete(entry.Former);
    }

    private static VolumeCheckpoint CheckpointOf(string verb, VolumeEntry entry, string name) =>
        entry.Spec.Checkpoints.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw Missing(verb, entry, name);

    private static VirtException Missing(string verb, VolumeEntry entry, string name)
    {
        var nearest = NearestName.Of(name, entry.Spec.Checkpoints.Select(static c => c.Name));
        return new VirtException(
            ErrorCode.NotFound, "VolumeCheckpointNotFound", $"Cannot {verb} volume '{entry.Name}': it has no checkpoint '{name}'{(nearest is null ? "." : $"; did you mean '{nearest}'?")}", name, $"(Get-VirtVolume {entry.Name}).Checkpoints");
    }

    private static string FreeName(VolumeEntry entry)
    {
        var names = entry.Spec.Checkpoints.Select(static c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return Enumerable.Range(1, int.MaxValue).Select(static n => $"checkpoint-{n}").First(name => !names.Contains(name));
    }
}
