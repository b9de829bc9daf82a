using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers;
using Virt.Protocol;

namespace Virt.Agent.Patching.Targets;

/// <summary>The generations: replaced, kept, gone back to; and whether the present one works.</summary>
internal sealed partial class ContainerTarget
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<string?> ReplaceAsync(TargetWork work, CancellationToken cancellation)
    {
        if (work.Data.Layer.Length == 0)
        {
            return null;
        }

        var container = await ReadAsync(cancellation).ConfigureAwait(false);
        if (container.Generation != work.Data.Generation)
        {
            work.Data.IsReplaced = true;
            return $"generation {container.Generation} had taken its place before the agent's restart";
        }

        var done = await containers.ReplaceAsync(id, work.Data.Layer, Labels(work), CallOf(CancellationToken.None)).ConfigureAwait(false);
        work.Data.IsReplaced = true;
        if (done.WasRunning)
        {
            work.Result.Downtime = done.Downtime;
        }

        if (done.FilesLeftBehind.FileCount > 0)
        {
            work.Result.Lost = $"the new generation does not have {Words(done.FilesLeftBehind)} that the former one had written outside its volumes";
        }

        return FormattableString.Invariant($"generation {done.Generation} took the place of {done.Former}{(done.WasRunning ? $", {done.Downtime.TotalMilliseconds:0} ms without a process" : "")}");
    }

    /// <inheritdoc/>
    public async Task<HealthAnswer?> ProbeAsync(TargetWork work, HealthCheck check, CancellationToken cancellation)
    {
        var container = await ReadAsync(cancellation).ConfigureAwait(false);
        if (container.State != ContainerState.Running)
        {
            return work.Data.WasRunning
                ? new HealthAnswer(false, container.ExitCode is { } code ? $"it has ended with code {code}" : $"it is {container.State}", IsFinal: container.State is ContainerState.Stopped or ContainerState.Failed)
                : null;
        }

        var isAsked = false;
        var answer = new HealthAnswer(true, "");
        if (check.TcpPort != 0)
        {
            isAsked = true;
            answer = Read($"port {check.TcpPort}", await containers.ProbeTcpAsync(id, check.TcpPort, ProbeTimeout, cancellation).ConfigureAwait(false));
        }

        if (answer.IsHealthy && check.HttpUrl.Length > 0)
        {
            isAsked = true;
            answer = Read(check.HttpUrl, await containers.ProbeHttpAsync(id, new Uri(check.HttpUrl), ProbeTimeout, cancellation).ConfigureAwait(false));
        }

        if (answer.IsHealthy && check.Command.Length > 0)
        {
            isAsked = true;
            answer = await RunAsync(check, cancellation).ConfigureAwait(false);
        }

        return isAsked ? answer : await SettleAsync(container, check.SettleTime, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<string> KeepAsync(TargetWork work, bool keep)
    {
        // It costs little, and nothing is asked of the user for it: Undo-Patch goes back to it until the next patch.
        work.Result.Kept = work.Data.IsReplaced ? $"generation {work.Data.Generation}" : "";
        return Task.FromResult(work.Data.IsReplaced ? $"generation {work.Data.Generation} is kept until the next patch" : "nothing was kept");
    }

    /// <inheritdoc/>
    public async Task<string> PutBackAsync(TargetWork work)
    {
        var container = await ReadAsync(CancellationToken.None).ConfigureAwait(false);
        if (work.Data.CheckpointTime is null || container.Generation == work.Data.Generation)
        {
            await containers.DiscardLayerAsync(id).ConfigureAwait(false);
            return work.Data.IsReplaced ? $"generation {container.Generation} is back" : "the container was not touched";
        }

        if (container.Previous?.Number != work.Data.Generation)
        {
            throw new VirtException(
                ErrorCode.NotFound, "NoPreviousGeneration", $"Cannot put back container '{name}': its generation {work.Data.Generation} is not kept any more.", name, $"Get-Container -Name {name}");
        }

        var done = await containers.PutBackAsync(id, CallOf(CancellationToken.None)).ConfigureAwait(false);
        await containers.DiscardLayerAsync(id).ConfigureAwait(false);
        if (done.WasRunning)
        {
            work.Result.Downtime = (work.Result.Downtime ?? TimeSpan.Zero) + done.Downtime;
        }

        work.Result.Lost = done.FilesLeftBehind.FileCount > 0 ? $"{Words(done.FilesLeftBehind)} that the updated generation had written outside its volumes" : "";
        return $"generation {done.Generation} is back";
    }

    private async Task<HealthAnswer> RunAsync(HealthCheck check, CancellationToken cancellation)
    {
        var sink = new GatherSink();
        var exit = await containers.InvokeAsync(new InvokeContainerCommand { Id = id, Name = name, Command = check.Command }, new Call(sink, "", whatIf: false, cancellation)).ConfigureAwait(false);
        return HealthCommand.Read(check.Command, new ShellResult(exit.ExitCode ?? 128 + (exit.Signal ?? 0), sink.Output, sink.Error));
    }

    // No check is given: that it stays up is all that can be seen of it.
    private async Task<HealthAnswer> SettleAsync(Container container, TimeSpan settle, CancellationToken cancellation)
    {
        if (container.Uptime < settle)
        {
            await Task.Delay(settle - container.Uptime, time, cancellation).ConfigureAwait(false);
            container = await ReadAsync(cancellation).ConfigureAwait(false);
        }

        return container.State == ContainerState.Running
            ? new HealthAnswer(true, FormattableString.Invariant($"it runs for {container.Uptime.TotalSeconds:0.0} s"))
            : new HealthAnswer(false, container.ExitCode is { } code ? $"it has ended with code {code}" : $"it is {container.State}", IsFinal: true);
    }

    private static HealthAnswer Read(string what, ProbeResult result) => new(result.Succeeded, $"{what}: {result.Message}");

    private static string Words(ContainerWrites writes) => FormattableString.Invariant($"{writes.FileCount} file{(writes.FileCount == 1 ? "" : "s")} ({writes.Bytes} bytes)");
}
