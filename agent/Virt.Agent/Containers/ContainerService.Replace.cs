using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>
    /// Takes a container to a new generation: the same id, name, settings and volumes over the same layers and one more, with nothing of its own written yet.
    /// What it was is kept as its previous generation; one that was kept before is removed. A running container is stopped and started again.
    /// </summary>
    /// <param name="id">The container.</param>
    /// <param name="layerDigest">A layer that <see cref="BuildLayerAsync"/> has made of the same image and layers; null: the same layers as before.</param>
    /// <param name="labels">Names and values over those that it has.</param>
    /// <param name="call">The call.</param>
    /// <exception cref="VirtException">
    /// NotFound (also of the layer); WrongState; PlanOutOfDate where the layer stands on something else; what kept the new generation from starting: the old one runs
    /// again then.
    /// </exception>
    public async Task<ContainerReplacement> ReplaceAsync(Guid id, string? layerDigest, IReadOnlyDictionary<string, string> labels, Call call)
    {
        var entry = Find("replace", id, "");
        call.WorksOn(entry.Name);
        using var held = await LockAsync("replace", entry, call).ConfigureAwait(false);
        ContainerStates.CheckReplace("replace", entry.Name, entry.State);
        using var layer = layerDigest is null ? null : layers.Hold(layerDigest);
        CheckLayer(entry, layerDigest);
        var present = entry.Spec;
        var number = present.LastGeneration + 1;
        return await SwitchAsync(
            entry,
            present with
            {
                Generation = number,
                LastGeneration = number,
                Layers = layerDigest is null ? present.Layers : [layerDigest, .. present.Layers],
                Labels = NewContainerCheck.Merge(present.Labels, labels),
                Built = null,
                Previous = new FormerGeneration { Number = present.Generation, Layers = present.Layers, Labels = present.Labels, ReplacedTime = time.GetUtcNow() },
            },
            call).ConfigureAwait(false);
    }

    /// <summary>Takes a container back to its previous generation, with all that it had written. The present one is lost.</summary>
    /// <exception cref="VirtException">NotFound; WrongState also where there is no previous one.</exception>
    public async Task<ContainerReplacement> PutBackAsync(Guid id, Call call)
    {
        var entry = Find("put back", id, "");
        call.WorksOn(entry.Name);
        using var held = await LockAsync("put back", entry, call).ConfigureAwait(false);
        ContainerStates.CheckReplace("put back", entry.Name, entry.State);
        var previous = entry.Spec.Previous ?? throw new VirtException(
            ErrorCode.WrongState, "NoPreviousGeneration", $"Cannot put back container '{entry.Name}': no previous generation of it is kept.", entry.Name, $"Get-Container -Name {entry.Name}");
        return await SwitchAsync(entry, entry.Spec with { Generation = previous.Number, Layers = previous.Layers, Labels = previous.Labels, Built = null, Previous = null }, call).ConfigureAwait(false);
    }

    /// <summary>Removes what is kept of the previous generation; without one nothing is done.</summary>
    /// <exception cref="VirtException">NotFound.</exception>
    public async Task DiscardPreviousAsync(Guid id)
    {
        var entry = Find("discard the previous generation of", id, "");
        using (await LockAsync("discard the previous generation of", entry, new Call(NoSink.Instance, "", whatIf: false, default)).ConfigureAwait(false))
        {
            if (entry.Spec.Previous is null)
            {
                return;
            }

            entry.Set(table, entry.State, entry.Run, entry.Spec with { Previous = null });
            await FaultPoint.ReachAsync(ContainerFaults.DiscardWritten).ConfigureAwait(false);
            RemoveUnused(entry);
        }
    }

    private void CheckLayer(ContainerEntry entry, string? digest)
    {
        if (digest is null)
        {
            return;
        }

        var layer = layers.Find(digest) ?? throw new VirtException(
            ErrorCode.NotFound, "LayerNotFound", $"Cannot replace container '{entry.Name}': there is no layer '{digest}'.", digest, $"Get-Container -Name {entry.Name}");
        if (layer.Parent != DigestOf(entry.Name, entry.Spec))
        {
            throw new VirtException(
                ErrorCode.PlanOutOfDate,
                "LayerOutOfDate",
                $"Cannot replace container '{entry.Name}': the layer '{digest}' was built on another image, or on other layers, than the container has now.",
                entry.Name,
                $"New-PatchPlan -Container {entry.Name}");
        }
    }

    // Under the container's lock.
    private void RemoveUnused(ContainerEntry entry)
    {
        FolderOf(entry).RemoveOthers(entry.Spec.Previous is { } previous ? [entry.Spec.Generation, previous.Number] : [entry.Spec.Generation]);
        layers.Sweep();
    }
}
