using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Mounts;
using Virt.Linux.Namespaces;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Volumes that change while a container runs (docs/adr/0020-volumes-that-change.md).</content>
public sealed partial class ContainerService
{
    private const int DetachTries = 10;

    private static readonly TimeSpan DetachPause = TimeSpan.FromMilliseconds(10);

    // What comes, opened with the care of a start before anything is written: what cannot be a volume is an error, and nothing has changed.
    private async Task<OpenedVolumes> OpenComingAsync(ContainerEntry entry, IReadOnlyList<ContainerVolume> from, ContainerSpec to)
    {
        var opened = new OpenedVolumes();
        var coming = to.Volumes.Except(from).ToList();
        if (coming.Count == 0)
        {
            return opened;
        }

        CheckVolumes(entry, to with { Volumes = coming }, "change");
        try
        {
            await FillVolumesAsync("change", entry.Name, to, coming).ConfigureAwait(false);
            await LabelVolumesAsync("change", entry.Name, to, coming).ConfigureAwait(false);
            var ids = entry.Run!.HostIds;
            using var space = ids == 0 ? null : await userNamespaces.OpenAsync(ids).ConfigureAwait(false);
            var users = space is null ? null : new UserMap(space, ids);
            foreach (var volume in coming)
            {
                opened.Add(volume, OpenVolume("change", entry.Name, volume, NoDevicesOf(to), users));
            }

            return opened;
        }
        catch (LinuxException e)
        {
            opened.Dispose();
            throw LaunchError.Of(entry.Name, to, e);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    // The row says from the first step to the last what is to be and what was: an agent that is killed in between leaves to the next one to make it what is to be.
    private async Task StoreRemountedAsync(ContainerEntry entry, ContainerSpec present, ContainerSpec to, OpenedVolumes coming)
    {
        entry.Set(table, entry.State, entry.Run, to with { FormerVolumes = present.Volumes });
        await FaultPoint.ReachAsync(ContainerFaults.RemountWritten).ConfigureAwait(false);
        await RemountAsync(entry, present.Volumes, to.Volumes, coming).ConfigureAwait(false);
        entry.Set(table, entry.State, entry.Run, to);
        await FaultPoint.ReachAsync(ContainerFaults.RemountStored).ConfigureAwait(false);
    }

    // What is so already is left alone: it may be done a second time.
    private static async Task RemountAsync(ContainerEntry entry, IReadOnlyList<ContainerVolume> from, IReadOnlyList<ContainerVolume> to, OpenedVolumes coming)
    {
        using var mounts = new MountsInside(entry.Process!.PidFd, entry.Run!.HostIds);
        var there = from.Intersect(to).Where(Has).ToList();
        foreach (var volume in from.Except(to).Reverse())
        {
            if (Has(volume))
            {
                await DetachAsync(mounts, volume).ConfigureAwait(false);
            }
            else if (mounts.IsMountPoint(volume.Target) && !to.Any(other => other.Target == volume.Target && Has(other)))
            {
                throw new LinuxException("umount2", Errno.EBUSY, volume.Target); // it lies below something, or its folder is not the one any more that it was
            }
        }

        await FaultPoint.ReachAsync(ContainerFaults.RemountTaken).ConfigureAwait(false);
        foreach (var (volume, mount) in coming.All)
        {
            if (!Has(volume))
            {
                Attach(mounts, entry.Name, volume, mount);
            }
        }

        // A link may lead a place over, or below, another one.
        if (there.Concat(coming.All.Select(static one => one.Volume)).FirstOrDefault(volume => !Has(volume)) is { } hidden)
        {
            throw new LinuxException("move_mount", Errno.EBUSY, hidden.Target);
        }

        await FaultPoint.ReachAsync(ContainerFaults.RemountMade).ConfigureAwait(false);

        bool Has(ContainerVolume volume) => mounts.IsMounted(volume.Source, volume.Target, volume.ReadOnly);
    }

    // No start would change anything about it: the container is left as it is.
    private static void Attach(MountsInside mounts, string name, ContainerVolume volume, SafeFileHandle mount)
    {
        try
        {
            mounts.Attach(mount, volume.Target);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOTDIR or Errno.EISDIR)
        {
            throw LaunchError.OfPlace("change", name, volume, e.Errno, e);
        }
    }

    // A command that has just ended may hold it for a moment yet: the kernel lets go of some files only after the end of whoever had them.
    private static async Task DetachAsync(MountsInside mounts, ContainerVolume volume)
    {
        for (var tries = DetachTries; ; tries--)
        {
            try
            {
                mounts.Detach(volume.Source, volume.Target);
                return;
            }
            catch (LinuxException e) when (e.Errno == Errno.EBUSY && tries > 0)
            {
                await Task.Delay(DetachPause).ConfigureAwait(false);
            }
        }
    }

    // Its run of before goes on, and so do its volumes. Where that fails too, they are as before with its next start.
    private async Task RemountAsBeforeAsync(ContainerEntry entry, ContainerSpec present)
    {
        try
        {
            using var coming = await OpenComingAsync(entry, entry.Spec.Volumes, present).ConfigureAwait(false);
            await RemountAsync(entry, entry.Spec.Volumes, present.Volumes, coming).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinuxException or VirtException)
        {
            AgentLog.Warning($"The volumes of container '{entry.Name}' could not be mounted as before: {e.Message}");
        }

        entry.Set(table, entry.State, entry.Run, present);
    }

    // An agent before this one ended in the middle of it.
    private async Task FinishRemountingAsync(ContainerEntry entry)
    {
        using var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
        var whole = entry.Spec with { FormerVolumes = null };
        try
        {
            if (entry.Process is not null && ContainerStates.IsAlive(entry.State) && entry.Run is { StartAgain: false })
            {
                using var coming = await OpenComingAsync(entry, entry.Spec.FormerVolumes!, whole).ConfigureAwait(false);
                await RemountAsync(entry, entry.Spec.FormerVolumes!, whole.Volumes, coming).ConfigureAwait(false);
            }

            entry.Set(table, entry.State, entry.Run, whole);
            UseAgain(entry);
        }
        catch (Exception e) when (e is LinuxException or VirtException)
        {
            AgentLog.Warning($"Container '{entry.Name}' is started anew, since its volumes cannot change while it runs: {e.Message}");
            InBackground(() => StartWithVolumesAsync(entry), $"start container '{entry.Name}' anew");
        }
    }

    private async Task StartWithVolumesAsync(ContainerEntry entry)
    {
        using var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
        if (!entry.IsRemoved && entry.Spec.FormerVolumes is not null)
        {
            if (ContainerStates.IsAlive(entry.State))
            {
                await RestartAsync(entry, entry.Spec with { FormerVolumes = null }, timeout: null).ConfigureAwait(false);
            }
            else
            {
                entry.Set(table, entry.State, entry.Run, entry.Spec with { FormerVolumes = null });
            }

            UseAgain(entry);
        }
    }
}
