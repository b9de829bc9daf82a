using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Events;
using Virt.Agent.State;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Storage.Volumes;

/// <summary>Volumes: folders that the agent keeps for containers, with checkpoints. Nothing but Remove-VirtVolume deletes one.</summary>
public sealed partial class VolumeService
{
    internal const string Kind = "volume";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Open = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string folder;
    private readonly ResourceTable table;
    private readonly TreeCopy trees;
    private readonly UnfinishedFiles unfinished;
    private readonly TimeProvider time;
    private readonly EventHub events;
    private readonly KeyedLock locks = new();
    private readonly ConcurrentDictionary<Guid, VolumeEntry> entries = new();
    private readonly Lock gate = new();

    /// <summary>Makes the service and reads what is stored; <see cref="RecoverAsync"/> must follow before any request.</summary>
    /// <param name="paths">Where volumes lie.</param>
    /// <param name="table">Stored volumes.</param>
    /// <param name="tools">Runs cp and tar.</param>
    /// <param name="unfinished">Notes the archives that are being written.</param>
    /// <param name="time">The clock.</param>
    /// <param name="events">Is told what happens to volumes; null: nobody is.</param>
    public VolumeService(AgentPaths paths, ResourceTable table, IToolRunner tools, UnfinishedFiles unfinished, TimeProvider time, EventHub? events = null)
    {
        folder = Path.Combine(paths.State, "volumes");
        this.table = table;
        this.unfinished = unfinished;
        this.time = time;
        this.events = events ?? new EventHub(time, 1);
        trees = new TreeCopy(tools);
        foreach (var row in table.Load(Kind))
        {
            entries[row.Id] = new VolumeEntry(row, folder);
        }
    }

    /// <summary>Finishes or undoes what the agent before this one left half done. Must have ended before the first workload is looked at.</summary>
    public Task RecoverAsync()
    {
        foreach (var entry in entries.Values.ToList())
        {
            if (entry.Phase is VolumePhase.Creating or VolumePhase.Removing)
            {
                Delete(entry);
                continue;
            }

            if (entry.Phase == VolumePhase.Restoring)
            {
                Place(entry);
            }

            FileTree.Delete(entry.Part);
            FileTree.Delete(entry.Next);
            FileTree.Delete(entry.Former);
            FileTree.Delete(entry.Scratch);
            Sweep(entry);
        }

        return Task.CompletedTask;
    }

    private void Tell(VolumeEntry entry, VirtEventAction action, string message = "") => events.Publish(VirtEventKind.Volume, action, entry.Name, entry.Id, message);

    /// <summary>Gives a workload a volume.</summary>
    /// <param name="name">The volume's name.</param>
    /// <param name="user">The workload.</param>
    /// <param name="action">What it is wanted for, as an error's beginning.</param>
    /// <param name="whatIf">Only look.</param>
    /// <returns>Its id, and the folder.</returns>
    /// <exception cref="VirtException">NotFound; WrongState.</exception>
    public (Guid Id, string Path) Use(string name, VolumeUser user, string action, bool whatIf)
    {
        var entry = FindByName(name);
        if (entry is null)
        {
            var nearest = NearestName.Of(name, entries.Values.Select(static e => e.Name));
            throw new VirtException(
                ErrorCode.NotFound, "VolumeNotFound", $"{action}: there is no volume '{name}'{(nearest is null ? "." : $"; did you mean '{nearest}'?")}", user.Name, $"New-VirtVolume {name}");
        }

        lock (gate)
        {
            if (entry.Phase is not (VolumePhase.Ready or VolumePhase.Restoring))
            {
                throw new VirtException(ErrorCode.WrongState, "VolumeWrongState", $"{action}: its volume '{name}' is {entry.Phase}; Ready is required.", user.Name, $"Get-VirtVolume -Name {name}");
            }

            if (!whatIf)
            {
                entry.Users[user.Id] = user;
            }
        }

        return (entry.Id, entry.Data);
    }

    /// <summary>Notes that a stored workload has a volume.</summary>
    public void UseAgain(Guid volume, VolumeUser user)
    {
        lock (gate)
        {
            if (entries.TryGetValue(volume, out var entry))
            {
                entry.Users[user.Id] = user;
            }
        }
    }

    /// <summary>A workload has no volumes any more.</summary>
    public void Release(Guid user)
    {
        lock (gate)
        {
            foreach (var entry in entries.Values)
            {
                entry.Users.Remove(user);
            }
        }
    }

    /// <summary>Refuses to start what has a volume that is being restored.</summary>
    /// <exception cref="VirtException">WrongState; NotFound.</exception>
    public void CheckStart(Guid volume, string action, string target)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(volume, out var entry))
            {
                throw new VirtException(ErrorCode.NotFound, "VolumeNotFound", $"{action}: its volume is not there any more.", target, "Get-VirtVolume");
            }

            if (entry.IsRestoring)
            {
                throw new VirtException(ErrorCode.WrongState, "VolumeWrongState", $"{action}: its volume '{entry.Name}' is being restored.", target, $"Get-VirtVolume -Name {entry.Name}");
            }
        }
    }

    private VolumeEntry? FindByName(string name) => entries.Values.FirstOrDefault(e => e.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="VirtException">NotFound.</exception>
    private VolumeEntry Find(string verb, Guid id, string name)
    {
        if (id == Guid.Empty)
        {
            return FindByName(name) ?? throw ResourceName.NotFound(verb, Kind, name, entries.Values.Select(static e => e.Name));
        }

        return entries.TryGetValue(id, out var byId) ? byId : throw ResourceName.Gone(verb, Kind, name, id);
    }

    // Enters the volume's lock, and makes sure that it was not removed while we waited for it.
    private ValueTask<IDisposable> LockAsync(string verb, VolumeEntry entry, CancellationToken cancellation) =>
        locks.EnterAsync(entry.Id, () => entry.IsRemoved ? ResourceName.NotFound(verb, Kind, entry.Name, entries.Values.Select(static e => e.Name)) : null, cancellation);

    private static void Sweep(VolumeEntry entry)
    {
        foreach (var path in Directory.Exists(entry.Checkpoints) ? Directory.GetDirectories(entry.Checkpoints) : [])
        {
            if (!entry.Spec.Checkpoints.Any(c => path == entry.FolderOf(c.Id)))
            {
                FileTree.Delete(path);
            }
        }
    }

    private void Delete(VolumeEntry entry)
    {
        FileTree.Delete(entry.Folder);
        table.Delete(entry.Id);
        entries.TryRemove(entry.Id, out _);
        entry.IsRemoved = true;
    }

    private VirtVolume Show(VolumeEntry entry)
    {
        lock (gate)
        {
            return new VirtVolume
            {
                Id = entry.Id,
                Name = entry.Name,
                Path = entry.Data,
                UsedBy = [.. entry.Users.Values.Select(static u => u.Name).Order(StringComparer.OrdinalIgnoreCase)],
                Checkpoints = [.. entry.Spec.Checkpoints.Select(static c => new VirtVolumeCheckpoint { Name = c.Name, CreationTime = c.Time, Method = c.IsShared ? VirtVolumeCheckpointMethod.CopyOnWrite : VirtVolumeCheckpointMethod.Copy })],
                Labels = new Dictionary<string, string>(entry.Spec.Labels),
                CreationTime = entry.Row.Created,
            };
        }
    }
}
