using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qga;

namespace Virt.Agent.Vms;

/// <summary>Asks guests whether they work, where somebody has said how.</summary>
public sealed partial class VmService
{
    // From now on, by what is asked of it now: whoever asked before sees that he is not to.
    private void AskFrom(VmEntry entry, VmProcess process)
    {
        entry.HealthWatch = null;
        entry.SetHealth(WorkloadHealth.None, "");
        if (entry.Spec.Health is { } check)
        {
            _ = WatchHealthAsync(entry, process, check);
        }
    }

    // For one run, until it ends or is to be asked otherwise. Nothing that the agent's end waits for.
    private async Task WatchHealthAsync(VmEntry entry, VmProcess process, HealthCheck check)
    {
        var own = entry.HealthWatch = new object();
        var start = time.GetTimestamp();
        var (failures, hasSucceeded) = (0, false);
        try
        {
            while (IsAsked())
            {
                if (entry.State == VMState.Running)
                {
                    var answer = await AskGuestAsync(entry, check).ConfigureAwait(false);
                    if (!IsAsked())
                    {
                        return;
                    }

                    // A guest that has worked once is up: what fails from then on counts.
                    hasSucceeded |= answer.Succeeded;
                    failures = answer.Succeeded || (!hasSucceeded && time.GetElapsedTime(start) < check.StartPeriod) ? 0 : failures + 1;
                    entry.SetHealth(answer.Succeeded ? WorkloadHealth.Healthy : failures >= check.Retries ? WorkloadHealth.Unhealthy : entry.Health.State == WorkloadHealth.None ? WorkloadHealth.Starting : entry.Health.State, answer.Message);
                }

                await Task.WhenAny(process.Ended, Task.Delay(check.Interval, time, ending.Token)).ConfigureAwait(false);
                ending.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            // The agent ends; the next one asks on.
        }
        catch (Exception e) when (!isStopping)
        {
            AgentLog.Error($"Could not ask VM '{entry.Name}' whether it works", e);
        }

        bool IsAsked() => !process.Ended.IsCompleted && entry.Process == process && entry.HealthWatch == own && ReferenceEquals(entry.Spec.Health, check);
    }

    // All of it is asked from inside: from outside nothing reaches a guest behind QEMU's own network.
    private async Task<ProbeResult> AskGuestAsync(VmEntry entry, HealthCheck check)
    {
        if (entry.Session is not { IsGuestAgentOpen: true } session)
        {
            return new ProbeResult(false, "no guest agent listens in it yet");
        }

        try
        {
            var result = await GuestProbe.AskAsync(check, check.ProbeTimeout, RunAsync).ConfigureAwait(false) ?? new ProbeResult(true, "");
            if (result.Succeeded && check.Command.Length > 0)
            {
                var exit = await RunInGuestAsync(session, check.Command, check.ProbeTimeout).ConfigureAwait(false);
                result = ProbeResult.OfCommand(check.Command, exit.ExitCode ?? 128 + (exit.Signal ?? 0), Encoding.UTF8.GetString([.. exit.Output, .. exit.Error]));
            }

            return result;
        }
        catch (OperationCanceledException) when (!ending.IsCancellationRequested)
        {
            return new ProbeResult(false, FormattableString.Invariant($"no answer within {check.ProbeTimeout.TotalSeconds:0.###} s"));
        }
        catch (QgaException e)
        {
            return new ProbeResult(false, $"its guest agent refused ({VmErrors.Sentence(e.Description)})");
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            return new ProbeResult(false, "its guest agent does not answer");
        }

        async Task<(bool IsGood, string Output)> RunAsync(string[] command, TimeSpan timeout)
        {
            var exit = await RunInGuestAsync(session, command, timeout).ConfigureAwait(false);
            return (exit.ExitCode == 0, Encoding.UTF8.GetString(exit.Output));
        }
    }

    private async Task<QgaCommandResult> RunInGuestAsync(VmSession session, string[] command, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ending.Token);
        return await session.GuestAgent.RunAsync(command, System.Collections.Immutable.ImmutableDictionary<string, string>.Empty, null, either.Token).ConfigureAwait(false);
    }
}
