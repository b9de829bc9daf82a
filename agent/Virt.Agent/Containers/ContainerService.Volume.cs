using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Storage.Volumes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Containers and volumes.</content>
public sealed partial class ContainerService
{
    // What is the container's own from its making to its removal: volumes, and a place in a network.
    private ContainerSpec TakePlace(Guid id, string name, NewContainer request, ContainerSpec spec, bool whatIf)
    {
        try
        {
            var mounted = spec with { Volumes = [.. spec.Volumes.Select(volume => Use(id, name, volume, whatIf))] };
            NewContainerCheck.CheckVolumes("create", name, mounted);
            return Join(id, name, request, mounted, whatIf);
        }
        catch
        {
            volumes.Release(id);
            throw;
        }
    }

    private ContainerVolume Use(Guid id, string name, ContainerVolume volume, bool whatIf)
    {
        if (volume.VolumeName.Length == 0)
        {
            return volume;
        }

        var (volumeId, path) = volumes.Use(volume.VolumeName, UserOf(id, name), $"Cannot create container '{name}'", whatIf);
        return volume with { Source = path, VolumeId = volumeId };
    }

    private void UseAgain(ContainerEntry entry)
    {
        foreach (var volume in NamedOf(entry.Spec))
        {
            volumes.UseAgain(volume.VolumeId, UserOf(entry.Id, entry.Name));
        }
    }

    /// <exception cref="VirtException">NotFound; WrongState.</exception>
    private void CheckVolumes(ContainerEntry entry, ContainerSpec spec)
    {
        foreach (var volume in NamedOf(spec))
        {
            volumes.CheckStart(volume.VolumeId, $"Cannot start container '{entry.Name}'", entry.Name);
        }

        NewContainerCheck.CheckVolumes("start", entry.Name, spec);
    }

    private VolumeUser UserOf(Guid id, string name) => new(id, Kind, name, () => entries.TryGetValue(id, out var entry) && (entry.State == ContainerState.Starting || ContainerStates.IsAlive(entry.State)));

    private static IEnumerable<ContainerVolume> NamedOf(ContainerSpec spec) => spec.Volumes.Where(static v => v.VolumeId != Guid.Empty);
}
