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
    /// <param name="layerDigest">A layer that <see cref="BuildLayerAsync"/> has made for it; null: the same layers as before.</param>
    /// <param name="labels">Names and values over those that it has.</param>
    /// <param name="call">The call.</param>
    /// <exception cref="VirtException">
    /// NotFound (also of the layer); PlanOutOfDate where the layer stands on something else; what kept the new generation from starting: the old one runs again then.
    /// </exception>
    public Task<ContainerReplacement> ReplaceAsync(Guid id, string? layerDigest, IReadOnlyDictionary<string, string> labels, Call call) => throw new NotImplementedException();

    /// <summary>Takes a container back to its previous generation, with all that it had written. The present one is lost.</summary>
    /// <exception cref="VirtException">NotFound; WrongState where there is no previous one.</exception>
    public Task<ContainerReplacement> PutBackAsync(Guid id, Call call) => throw new NotImplementedException();

    /// <summary>Removes what is kept of the previous generation; without one nothing is done.</summary>
    /// <exception cref="VirtException">NotFound.</exception>
    public Task DiscardPreviousAsync(Guid id) => throw new NotImplementedException();
}
