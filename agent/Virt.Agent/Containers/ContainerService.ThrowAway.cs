using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    // It does nothing, has a name that every image with a package manager knows, and as process 1 heeds no signal but SIGKILL.
    private static readonly string[] Idle = ["sleep", "2147483647"];

    /// <summary>
    /// Works in a throw-away container: the same image, layers, environment and limits as the given one, in the host's network, without its volumes
    /// and without anything that it has written. It is gone when this returns, and after a crash of the agent.
    /// </summary>
    /// <exception cref="VirtException">NotFound; what kept it from starting; what the work throws.</exception>
    public async Task<T> InThrowAwayAsync<T>(Guid containerId, Func<ContainerShell, CancellationToken, Task<T>> work, Call call)
    {
        var throwAway = await StartThrowAwayAsync(Find("look into", containerId, ""), call).ConfigureAwait(false);
        try
        {
            await FaultPoint.ReachAsync(ContainerFaults.ThrowAwayStarted, call.Cancellation).ConfigureAwait(false);
            var result = await work(ShellOf(throwAway), call.Cancellation).ConfigureAwait(false);
            await FaultPoint.ReachAsync(ContainerFaults.ThrowAwayWorked, call.Cancellation).ConfigureAwait(false);
            return result;
        }
        finally
        {
            await RemoveThrowAwayAsync(throwAway).ConfigureAwait(false);
        }
    }

    private ContainerShell ShellOf(ContainerEntry throwAway) =>
        new((command, environment, input, timeout, cancellation) => RunInAsync(throwAway, command, environment, input, timeout, cancellation));

    private async Task<ContainerEntry> StartThrowAwayAsync(ContainerEntry source, Call call)
    {
        var id = Guid.NewGuid();
        var lease = TakeCgroup(source.Name, LimitsOf(ThrowAwaySpec(source.Spec)));
        var spec = WithIds(source.Name, ThrowAwaySpec(source.Spec));
        var row = ContainerEntry.NewRow(id, $"{source.Name}~{id.ToString("n")[..8]}", ContainerState.Running, spec, NewRun(lease, spec), time.GetUtcNow(), ThrowAwayKind);
        var entry = new ContainerEntry(row);
        try
        {
            throwAways[id] = entry;
            table.TryInsert(row, sync: false);
            await FaultPoint.ReachAsync(ContainerFaults.ThrowAwayMade, call.Cancellation).ConfigureAwait(false);
            var limits = LimitsOf(entry.Spec);
            SetLimits(lease, entry.Spec);
            entry.Process = await LaunchAsync(entry, entry.Run!, lease).ConfigureAwait(false);
            lease.Dispose();
            InBackground(() => cgroups.ReplaceAsync(lease, limits), "make a cgroup ready");
            return entry;
        }
        catch (Exception e)
        {
            InBackground(() => CleanUpAsync(lease), $"remove the cgroup of container '{entry.Name}'");
            await RemoveThrowAwayAsync(entry).ConfigureAwait(false);
            if (e is OperationCanceledException)
            {
                throw;
            }

            throw LaunchError.Of(entry.Name, entry.Spec, e);
        }
    }

    private static ContainerSpec ThrowAwaySpec(ContainerSpec spec) => spec with
    {
        Command = Idle,
        User = "",
        WorkingDirectory = "/",
        ReadOnly = false,
        UserNamespace = ContainerUserNamespace.Private,
        HostIds = 0,
        LabelLevel = "",
        Privileged = false,
        Isolation = ContainerIsolation.Application,
        Capabilities = null,
        Health = null,
        Tmpfs = [],
        Devices = [],
        Sysctls = new Dictionary<string, string>(),
        AdditionalGroups = [],
        Volumes = [],
        Network = ContainerNetwork.Host,
        Attachment = null,
        Adapters = [],
        Generation = 0,
        Previous = null,
        Init = false,
        RemoveOnExit = false,
        Built = null,
        Labels = new Dictionary<string, string>(),
    };

    // Also of one that an agent before this one has left. What cannot be removed now is at the agent's next start.
    private async Task RemoveThrowAwayAsync(ContainerEntry throwAway)
    {
        try
        {
            await StopThrowAwayAsync(throwAway).ConfigureAwait(false);
            FolderOf(throwAway).Remove();
            table.Delete(throwAway.Id);
            throwAways.TryRemove(throwAway.Id, out _);
            userNamespaces.Give(throwAway.Spec.HostIds);
            labelLevels.Give(throwAway.Spec.LabelLevel);
        }
        catch (Exception e)
        {
            AgentLog.Error($"Could not remove the throw-away container '{throwAway.Name}'; the agent's next start tries again", e);
        }
    }

    // The end of its process 1 is the end of all its processes (pid_namespaces(7)).
    private async Task StopThrowAwayAsync(ContainerEntry throwAway)
    {
        if (throwAway.Process is { } process)
        {
            process.Signal(Signals.Kill);
            await process.Exited.WaitAsync(Timeouts.Kill).ConfigureAwait(false);
            throwAway.Process = null;
            process.Dispose();
            InBackground(() => cgroups.RemoveAsync(throwAway.Run!.Cgroup), $"remove the cgroup of container '{throwAway.Name}'");
        }
    }
}
