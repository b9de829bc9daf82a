using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers;
using Virt.Protocol;

namespace Virt.Agent.Patching.Targets;

/// <summary>
/// A container that is patched: its packages are updated in a layer that is made beside it while it serves on, and a new generation over that layer takes its place.
/// What it was is kept until the next patch.
/// </summary>
internal sealed partial class ContainerTarget(ContainerService containers, Guid id, string name, TimeProvider time) : IPatchTarget
{
    /// <inheritdoc/>
    public WorkloadKind Kind => WorkloadKind.Container;

    /// <inheritdoc/>
    public Guid Id => id;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool IsAskedInPlace => false;

    /// <inheritdoc/>
    public async Task<TargetLook> LookAsync(CancellationToken cancellation)
    {
        var container = await ReadAsync(cancellation).ConfigureAwait(false);
        List<PlanProblem> problems = IsSettled(container.State)
            ? []
            : [PlanProblem.Blocking("ContainerBusy", name, $"It is {container.State}; Running, Stopped, Created or Failed is required.", $"Wait-Container -Name {name}")];
        return new TargetLook(container.Image, containers.ImageDigestOf(id), problems);
    }

    /// <inheritdoc/>
    public Task<T> AskAsync<T>(Func<IShell, CancellationToken, Task<T>> questions, CancellationToken cancellation) =>
        containers.InThrowAwayAsync(id, (shell, token) => questions(new LayerShell(shell), token), CallOf(cancellation));

    /// <inheritdoc/>
    public async Task<string> CheckpointAsync(TargetWork work, CancellationToken cancellation)
    {
        var container = await ReadAsync(cancellation).ConfigureAwait(false);
        work.Data.WasRunning = container.State == ContainerState.Running;
        work.Data.Generation = container.Generation;
        work.Data.CheckpointTime = time.GetUtcNow();
        return $"generation {container.Generation} stays as it is beside the new one";
    }

    /// <inheritdoc/>
    public async Task ApplyAsync(TargetWork work, Func<IShell, CancellationToken, Task> update, CancellationToken cancellation)
    {
        try
        {
            var layer = await containers.BuildLayerAsync(id, Labels(work), (shell, token) => update(new LayerShell(shell), token), CallOf(cancellation)).ConfigureAwait(false);
            work.Data.Layer = layer?.Digest ?? "";
        }
        catch (VirtException e) when (e.InnerException is PackageException failed)
        {
            // The host's disk was full, which the package manager has told already.
            ExceptionDispatchInfo.Throw(failed);
        }
    }

    /// <inheritdoc/>
    public Task<string> RebootAsync(TargetWork work, CancellationToken cancellation) => throw new NotSupportedException("A container is replaced, not rebooted.");

    private static bool IsSettled(ContainerState state) => state is ContainerState.Running or ContainerState.Stopped or ContainerState.Created or ContainerState.Failed;

    private static Dictionary<string, string> Labels(TargetWork work) => new()
    {
        ["virt.patch.run"] = work.RunId.ToString(),
        ["virt.patch.packages"] = string.Join(", ", work.Result.Packages.Select(static package => package.ToString())),
    };

    private static Call CallOf(CancellationToken cancellation) => new(NoSink.Instance, "", whatIf: false, cancellation);

    private async Task<Container> ReadAsync(CancellationToken cancellation)
    {
        var list = await containers.GetAsync(new GetContainer { Ids = [id] }, CallOf(cancellation)).ConfigureAwait(false);
        return list.Items.FirstOrDefault() ?? throw PatchErrors.Gone(Kind, name);
    }
}
