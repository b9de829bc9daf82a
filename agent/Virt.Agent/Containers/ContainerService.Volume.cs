using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Storage.Volumes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Containers and volumes.</content>
public sealed partial class ContainerService
{
    // What is the container's own from its making to its removal: ids of the host, volumes, and a place in a network.
    private ContainerSpec TakePlace(Guid id, string name, NewContainer request, ContainerSpec spec, bool whatIf)
    {
        var own = whatIf ? spec : WithIds(name, spec);
        try
        {
            var mounted = WithVolumes("create", id, name, own, whatIf);
            NewContainerCheck.CheckVolumes("create", name, mounted);
            CheckRelabels("create", name, mounted);
            return Join(id, name, request, mounted, whatIf);
        }
        catch
        {
            volumes.Release(id);
            userNamespaces.Give(own.HostIds);
            labelLevels.Give(own.LabelLevel);
            throw;
        }
    }

    private ContainerSpec WithVolumes(string verb, Guid id, string name, ContainerSpec spec, bool whatIf) =>
        spec with { Volumes = [.. spec.Volumes.Select(volume => Use(verb, id, name, volume, whatIf))] };

    private ContainerVolume Use(string verb, Guid id, string name, ContainerVolume volume, bool whatIf)
    {
        if (volume.VolumeName.Length == 0)
        {
            return volume;
        }

        var (volumeId, path) = volumes.Use(volume.VolumeName, UserOf(id, name), $"Cannot {verb} container '{name}'", whatIf);
        return volume with { Source = path, VolumeId = volumeId };
    }

    // Of another spec than before: what is named no more is let go of.
    private void UseOnly(ContainerEntry entry, ContainerSpec spec)
    {
        volumes.Release(entry.Id);
        foreach (var volume in NamedOf(spec).Concat(spec.FormerVolumes?.Where(IsNamed) ?? []))
        {
            volumes.UseAgain(volume.VolumeId, UserOf(entry.Id, entry.Name));
        }
    }

    private void UseAgain(ContainerEntry entry) => UseOnly(entry, entry.Spec);

    /// <exception cref="VirtException">NotFound; WrongState.</exception>
    private void CheckVolumes(ContainerEntry entry, ContainerSpec spec, string verb = "start")
    {
        foreach (var volume in NamedOf(spec))
        {
            volumes.CheckStart(volume.VolumeId, $"Cannot {verb} container '{entry.Name}'", entry.Name);
        }

        NewContainerCheck.CheckVolumes(verb, entry.Name, spec);
    }

    private VolumeUser UserOf(Guid id, string name) => new(id, Kind, name, () => entries.TryGetValue(id, out var entry) && (entry.State == ContainerState.Starting || ContainerStates.IsAlive(entry.State)));

    private static IEnumerable<ContainerVolume> NamedOf(ContainerSpec spec) => spec.Volumes.Where(IsNamed);

    private static bool IsNamed(ContainerVolume volume) => volume.VolumeId != Guid.Empty;
}
