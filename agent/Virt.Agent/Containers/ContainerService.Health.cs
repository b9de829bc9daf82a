using System;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    // For one run, until it ends or is to be asked otherwise. Nothing that the agent's end waits for.
    private async Task WatchHealthAsync(ContainerEntry entry, KeptProcess process, HealthCheck check)
    {
        var start = time.GetTimestamp();
        var failures = 0;
        try
        {
            while (!process.Exited.IsCompleted && IsAsked())
            {
                if (entry.State == ContainerState.Running)
                {
                    var answer = await AskAsync(entry, check).ConfigureAwait(false);
                    if (!IsAsked())
                    {
                        return;
                    }

                    failures = answer.Succeeded ? 0 : time.GetElapsedTime(start) < check.StartPeriod ? failures : failures + 1;
                    var health = answer.Succeeded ? WorkloadHealth.Healthy : failures >= check.Retries ? WorkloadHealth.Unhealthy : entry.Health.State == WorkloadHealth.None ? WorkloadHealth.Starting : entry.Health.State;
                    entry.SetHealth(health, answer.Message);
                    if (health == WorkloadHealth.Unhealthy && entry.Spec.RestartPolicy == RestartPolicy.OnUnhealthy)
                    {
                        await RestartUnhealthyAsync(entry, process).ConfigureAwait(false);
                        return;
                    }
                }

                await Task.WhenAny(process.Exited, Task.Delay(check.Interval, time, ending.Token)).ConfigureAwait(false);
                ending.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            // The agent ends; the next one asks on.
        }
        catch (Exception e) when (!isStopping)
        {
            AgentLog.Error($"Could not ask container '{entry.Name}' whether it works", e);
        }

        bool IsAsked() => entry.Process == process && ReferenceEquals(entry.Spec.Health, check);
    }

    private async Task<ProbeResult> AskAsync(ContainerEntry entry, HealthCheck check)
    {
        try
        {
            var result = new ProbeResult(true, "");
            if (check.TcpPort != 0)
            {
                result = Named($"port {check.TcpPort}", await ProbeTcpAsync(entry.Id, check.TcpPort, check.ProbeTimeout, ending.Token).ConfigureAwait(false));
            }

            if (result.Succeeded && check.HttpUrl.Length > 0)
            {
                result = Named(check.HttpUrl, await ProbeHttpAsync(entry.Id, new Uri(check.HttpUrl), check.ProbeTimeout, ending.Token).ConfigureAwait(false));
            }

            if (result.Succeeded && check.Command.Length > 0)
            {
                var shell = await RunAsync(entry.Id, check.Command, null, check.ProbeTimeout, ending.Token).ConfigureAwait(false);
                result = ProbeResult.OfCommand(check.Command, shell.ExitCode, shell.Output + shell.Error);
            }

            return result;
        }
        catch (VirtException e)
        {
            return new ProbeResult(false, e.Message);
        }

        static ProbeResult Named(string what, ProbeResult result) => result with { Message = $"{what}: {result.Message}" };
    }

    private async Task RestartUnhealthyAsync(ContainerEntry entry, KeptProcess process)
    {
        using var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
        if (isStopping || entry.Process != process || entry.State != ContainerState.Running)
        {
            return;
        }

        AgentLog.Warning($"Container '{entry.Name}' is unhealthy ({entry.Health.Message}) and is started again");
        // Its end is one by a signal, and so a failure: what follows is what follows any.
        process.Signal(Signals.Kill);
    }
}
