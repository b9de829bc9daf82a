using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>
    /// Works in a throw-away container (<see cref="InThrowAwayAsync"/>) and makes a layer of what the work has changed. The layer is kept for the container
    /// until a generation of it uses it, another one is built for it, or <see cref="DiscardLayerAsync"/>.
    /// </summary>
    /// <returns>The layer; null where nothing was changed.</returns>
    /// <exception cref="VirtException">NotFound; ResourceExhausted where the disk is full; what the work throws.</exception>
    public Task<ContainerLayer?> BuildLayerAsync(Guid containerId, IReadOnlyDictionary<string, string> labels, Func<ContainerShell, CancellationToken, Task> work, Call call) =>
        throw new NotImplementedException();

    /// <summary>Gives up the layer that was built for a container and is used by none; without one nothing is done.</summary>
    /// <exception cref="VirtException">NotFound.</exception>
    public Task DiscardLayerAsync(Guid containerId) => throw new NotImplementedException();

    /// <summary><c>sha256:…</c> over a container's image and the layers of its present generation: what a plan pins.</summary>
    /// <exception cref="VirtException">NotFound.</exception>
    public string ImageDigestOf(Guid containerId) => throw new NotImplementedException();
}
