using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Patching.Targets;

/// <summary>The reboot, and whether the guest works.</summary>
internal sealed partial class VmTarget
{
    private static readonly TimeSpan RebootTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RebootPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    // Answered before the guest goes down. A guest without systemd has reboot(8).
    private const string Reboot = "(sleep 0.1; if [ -d /run/systemd/system ]; then systemctl reboot; else reboot; fi) > /dev/null 2>&1 &";

    /// <inheritdoc/>
    public async Task<string> RebootAsync(TargetWork work, CancellationToken cancellation)
    {
        await shell.AwaitAsync(AgentTimeout, cancellation).ConfigureAwait(false);
        if (work.Data.BootId.Length == 0)
        {
            work.Data.BootId = await ReadBootIdAsync(AskTimeout, cancellation).ConfigureAwait(false);
            work.Save();
        }

        if (await TryReadBootIdAsync(cancellation).ConfigureAwait(false) is not { } now || now == work.Data.BootId)
        {
            await shell.RunAsync(["sh", "-c", Reboot], AskTimeout, cancellation).ConfigureAwait(false);
            await AwaitRebootAsync(work.Data.BootId, cancellation).ConfigureAwait(false);
        }

        // The step's own time: the agent may have been restarted meanwhile.
        var took = time.GetUtcNow() - work.Result.Steps[^1].StartTime;
        work.Result.Downtime = (work.Result.Downtime ?? TimeSpan.Zero) + took;
        return FormattableString.Invariant($"rebooted in {took.TotalSeconds:0.0} s");
    }

    /// <inheritdoc/>
    public async Task<HealthAnswer?> ProbeAsync(TargetWork work, HealthCheck check, CancellationToken cancellation)
    {
        var machine = await ReadAsync(cancellation).ConfigureAwait(false);
        if (machine.State != VMState.Running)
        {
            return new HealthAnswer(false, $"it is {machine.State}", IsFinal: machine.State is VMState.Stopped or VMState.Failed);
        }

        try
        {
            await shell.AwaitAsync(AskTimeout, cancellation).ConfigureAwait(false);
            var result = await GuestProbe.AskAsync(check, ProbeTimeout, RunAsync).ConfigureAwait(false);
            var answer = new HealthAnswer(result is not { Succeeded: false }, result?.Message ?? "its guest agent answers");
            return answer.IsHealthy && check.Command.Length > 0 ? HealthCommand.Read(check.Command, await shell.RunAsync(check.Command, check.Timeout, cancellation).ConfigureAwait(false)) : answer;
        }
        catch (VirtException e) when (e.Code is ErrorCode.Unavailable or ErrorCode.Timeout)
        {
            return new HealthAnswer(false, "its guest agent does not answer");
        }

        async Task<(bool IsGood, string Output)> RunAsync(string[] command, TimeSpan timeout)
        {
            var ended = await shell.RunAsync(command, timeout, cancellation).ConfigureAwait(false);
            return (ended.IsGood, ended.Output);
        }
    }

    // The guest may answer for a while yet from the boot that is going down, and any answer may be its last.
    private async Task AwaitRebootAsync(string before, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(RebootTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            while (true)
            {
                var machine = await ReadAsync(either.Token).ConfigureAwait(false);
                if (machine.State != VMState.Running)
                {
                    throw new VirtException(ErrorCode.WrongState, "VMWrongState", $"Cannot reboot VM '{name}': it is {machine.State} after its reboot; Running is required.", name, $"Start-VM -Name {name}");
                }

                if (machine.Health == WorkloadHealth.Healthy && await TryReadBootIdAsync(either.Token).ConfigureAwait(false) is { } now && now != before)
                {
                    return;
                }

                await Task.Delay(RebootPause, time, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new VirtException(
                ErrorCode.Timeout, "RebootTimeout", FormattableString.Invariant($"Cannot reboot VM '{name}': its guest agent did not answer from a new boot within {RebootTimeout.TotalSeconds} s."), name, $"Get-VM -Name {name}", e);
        }
    }

    private async Task<string?> TryReadBootIdAsync(CancellationToken cancellation)
    {
        try
        {
            return await ReadBootIdAsync(ProbeTimeout, cancellation).ConfigureAwait(false);
        }
        catch (VirtException e) when (e.Code is ErrorCode.Unavailable or ErrorCode.Timeout)
        {
            return null;
        }
    }

    // https://www.kernel.org/doc/html/latest/admin-guide/sysctl/kernel.html#random
    private async Task<string> ReadBootIdAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await shell.RunAsync(["cat", "/proc/sys/kernel/random/boot_id"], timeout, cancellation).ConfigureAwait(false);
        return result.Output.Trim() is { Length: > 0 } bootId
            ? bootId
            : throw new VirtException(ErrorCode.Unavailable, "NoBootId", $"Cannot reboot VM '{name}': its guest does not tell its boot id ({OutputTail.LastLine(result.All)}).", name, $"Get-VM -Name {name}");
    }
}
