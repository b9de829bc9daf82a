using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage.Volumes;
using Virt.Linux;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Copies of containers.</content>
public sealed partial class ContainerService
{
    private static readonly TimeSpan CopyReportPause = TimeSpan.FromSeconds(1);

    /// <summary>Makes a container with another one's settings and with what that has written. One that runs stands still meanwhile.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument; AlreadyExists; ResourceExhausted; what keeps the copy from starting: it is there then.</exception>
    public async Task<Container> CloneAsync(CopyContainer request, Call call)
    {
        var source = Find("copy", request.Id, request.Name);
        ResourceName.Check("copy", Kind, request.NewName, of: source.Name);
        call.WorksOn(request.NewName);
        ContainerEntry clone;
        string note;
        using (await LockAsync("copy", source, call).ConfigureAwait(false))
        {
            ContainerStates.CheckCopy(source.Name, source.State);
            ContainerClone.Check(source.Name, source.Spec, request);
            note = ContainerClone.NoteOf(source.Spec, request);
            clone = NewClone(source, request, call.WhatIf);
            if (call.WhatIf)
            {
                return Show(clone) with { Status = note };
            }

            // From before anybody can find it until it is whole.
            using var held = await locks.EnterAsync(clone.Id, default).ConfigureAwait(false);
            entries[clone.Id] = clone;
            await using var rollback = new Rollback();
            rollback.Add($"remove container '{clone.Name}'", () => new ValueTask(RemoveAsync(clone)));
            await FillCloneAsync(source, clone, call).ConfigureAwait(false);
            rollback.Commit();
        }

        await FaultPoint.ReachAsync(ContainerFaults.CopyMade).ConfigureAwait(false);
        var made = request.Start ? await StartAsync(new StartContainer { Id = clone.Id, Name = clone.Name }, call).ConfigureAwait(false) : Show(clone);
        return made with { Status = note };
    }

    // Its row says from the first moment on that it is not whole.
    private ContainerEntry NewClone(ContainerEntry source, CopyContainer request, bool whatIf)
    {
        var name = request.NewName;
        if (FindByName(name) is not null)
        {
            throw ResourceName.Taken("copy", Kind, name, of: source.Name);
        }

        var id = Guid.NewGuid();
        var network = source.Spec.Attachment is { } attachment ? networks.NameOf(attachment.NetworkId) : source.Spec.Network;
        var spec = TakePlace(id, name, ContainerClone.PlaceOf(source.Spec, request, FurtherNetworksOf(source.Spec)), ContainerClone.SpecOf(source.Spec, network, name), whatIf);
        var row = ContainerEntry.NewRow(id, name, ContainerState.Creating, spec, null, time.GetUtcNow());
        var clone = new ContainerEntry(row, events);
        if (!whatIf && !table.TryInsert(row))
        {
            Leave(clone);
            throw ResourceName.Taken("copy", Kind, name, of: source.Name);
        }

        return clone;
    }

    // Under the locks of both.
    private async Task FillCloneAsync(ContainerEntry source, ContainerEntry clone, Call call)
    {
        await FaultPoint.ReachAsync(ContainerFaults.CopyWritten, call.Cancellation).ConfigureAwait(false);
        var wasRunning = source.State == ContainerState.Running;
        await using (var standstill = new Rollback())
        {
            if (wasRunning)
            {
                // Whatever ends the agent from here on, the next one lets it go on.
                clone.Set(table, ContainerState.Creating, null, clone.Spec with { FrozenSource = source.Id });
                standstill.Add($"let container '{source.Name}' go on", () => new ValueTask(GoOnAsync(source)));
                await FreezeAsync(source, "copy", call).ConfigureAwait(false);
                source.Set(table, ContainerState.Paused, source.Run);
                await FaultPoint.ReachAsync(ContainerFaults.CopyFrozen, call.Cancellation).ConfigureAwait(false);
            }

            await CopyWritesAsync(source, clone, call).ConfigureAwait(false);
            await FaultPoint.ReachAsync(ContainerFaults.CopyFilled, call.Cancellation).ConfigureAwait(false);
        }

        await FaultPoint.ReachAsync(ContainerFaults.CopyThawed, call.Cancellation).ConfigureAwait(false);
        try
        {
            if (Directory.Exists(FolderOf(clone).Upper))
            {
                ContainerIdentity.Forget(FolderOf(clone).Upper);
                FolderOf(clone).EndCopy();
            }
        }
        catch (Exception e) when (e is LinuxException or IOException)
        {
            throw LaunchError.OfCopy(source.Name, e);
        }

        clone.Set(table, ContainerState.Created, null, clone.Spec with { FrozenSource = Guid.Empty });
    }

    private async Task CopyWritesAsync(ContainerEntry source, ContainerEntry clone, Call call)
    {
        var from = FolderOf(source).Upper;
        if (!Directory.Exists(from))
        {
            return; // it was never started
        }

        var to = FolderOf(clone);
        to.BeginCopy();
        // By its id an agent after this one finds what copies on.
        var trees = new TreeCopy(new KeptToolRunner(keeper, clone.Id), "ContainerNotCopied");
        var copying = trees.CopyAsync($"Cannot copy container '{source.Name}'", source.Name, from, to.Upper, call.Cancellation);
        var total = Math.Max(1, LayerTree.Count(from).Bytes);
        var start = time.GetTimestamp();
        while (await Task.WhenAny(copying, Task.Delay(CopyReportPause, time, CancellationToken.None)).ConfigureAwait(false) != copying)
        {
            var done = Math.Min(total, CountCopied(to.Upper));
            var elapsed = time.GetElapsedTime(start);
            call.Report(
                $"Copying container '{source.Name}'",
                $"{done >> 20} of {total >> 20} MB",
                (int)(100 * done / total),
                done > 0 ? elapsed * ((double)(total - done) / done) : null,
                (long)(done / elapsed.TotalSeconds));
        }

        await copying.ConfigureAwait(false);
    }

    // Looked at while it grows: what is not there yet, or any more, does not count.
    private static long CountCopied(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? LayerTree.Count(folder).Bytes : 0;
        }
        catch (LinuxException)
        {
            return 0;
        }
    }

    private async Task GoOnAsync(ContainerEntry entry)
    {
        await ThawAsync(entry).ConfigureAwait(false);
        if (entry.State == ContainerState.Paused)
        {
            entry.Set(table, ContainerState.Running, entry.Run);
        }
    }

    // An agent before this one was making copies, or importing: they go, and those that stood still for it go on.
    private async Task UndoClonesAsync(Dictionary<Guid, KeptProcess> living)
    {
        foreach (var clone in entries.Values.Where(static e => e.State == ContainerState.Creating).ToList())
        {
            if (living.TryGetValue(clone.Id, out var copying))
            {
                copying.Signal(Signals.Kill);
                await copying.Exited.WaitAsync(Timeouts.Kill).ConfigureAwait(false);
                copying.Dispose();
            }

            if (entries.TryGetValue(clone.Spec.FrozenSource, out var source) && ContainerStates.IsAlive(source.State))
            {
                await GoOnAsync(source).ConfigureAwait(false);
            }

            await UndoImportAsync(clone).ConfigureAwait(false);
        }
    }
}
