using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qga;
using Virt.Agent.Vms.Seeds;

namespace Virt.Agent.Vms;

/// <summary>
/// What makes another guest of a copy's (docs/adr/0044): when its guest agent first answers, and until it has succeeded. What says that it is still to be done stands in the machine's row, so it survives whatever ends.
/// </summary>
public sealed partial class VmService
{
    // An emulated guest takes its time for a key of RSA.
    private static readonly TimeSpan RenewCopyTimeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan RenewPause = TimeSpan.FromSeconds(20);

    // From now on, for one run: whoever did so before sees that he is not to.
    private void RenewFrom(VmEntry entry, VmProcess process)
    {
        entry.RenewalWatch = null;
        entry.SetRenewal(isTried: false, "");
        if (entry.Spec.RenewsIdentity)
        {
            _ = WatchRenewalAsync(entry, process);
        }
    }

    private async Task WatchRenewalAsync(VmEntry entry, VmProcess process)
    {
        var own = entry.RenewalWatch = new object();
        try
        {
            while (!process.Ended.IsCompleted && entry.Process == process && entry.RenewalWatch == own && entry.Spec.RenewsIdentity)
            {
                var changed = entry.Changed;
                if (entry is { State: VMState.Running, Session: { IsGuestAgentAnswering: true } session })
                {
                    var problem = await TryRenewAsync(entry, session).ConfigureAwait(false);
                    if (problem.Length == 0)
                    {
                        await SetRenewedAsync(entry, process).ConfigureAwait(false);
                        continue;
                    }

                    AgentLog.Warning($"The guest of VM '{entry.Name}' has no identity of its own yet: {problem}");
                    entry.SetRenewal(isTried: true, problem);
                    changed = Task.Delay(RenewPause, time, ending.Token);
                }

                await Task.WhenAny(process.Ended, changed).WaitAsync(ending.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The agent ends; the next one goes on.
        }
        catch (Exception e) when (!isStopping)
        {
            AgentLog.Error($"Could not renew the identity of the guest of VM '{entry.Name}'", e);
        }
    }

    // Why it could not be; empty: it is another guest now, which it may have been before.
    private async Task<string> TryRenewAsync(VmEntry entry, VmSession session)
    {
        using var limit = new CancellationTokenSource(RenewCopyTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ending.Token);
        try
        {
            // Where cloud-init finds the seed of another instance, it does the rest.
            var script = RenewScript.For(entry.Spec.Seed is null ? SeedCheck.HostNameOf(entry.Name) : null, entry.Id.ToString("N"));
            var result = await session.GuestAgent.RunAsync([ShellPath, "-c", script], new Dictionary<string, string>(), null, either.Token).ConfigureAwait(false);
            return result.ExitCode == 0 ? "" : WhatItSaid(result);
        }
        catch (OperationCanceledException) when (!ending.IsCancellationRequested)
        {
            return FormattableString.Invariant($"it was not done within {RenewCopyTimeout.TotalSeconds:0} s");
        }
        catch (QgaException e)
        {
            return $"its guest agent refused ({VmErrors.Sentence(e.Description)})";
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            return "its guest agent does not answer any more";
        }
    }

    private async Task SetRenewedAsync(VmEntry entry, VmProcess process)
    {
        await FaultPoint.ReachAsync(CopyFaults.Renewed, ending.Token).ConfigureAwait(false);
        using var held = await locks.EnterAsync(entry.Id, ending.Token).ConfigureAwait(false);

        // A machine that was brought back to a checkpoint meanwhile runs by another process.
        if (!entry.IsRemoved && entry.Process == process && entry.Spec.RenewsIdentity)
        {
            entry.Set(table, entry.Phase, entry.Run, entry.Spec with { RenewsIdentity = false });
            AgentLog.Info($"The guest of VM '{entry.Name}' has an identity of its own");
        }
    }

    // Whoever waits for its guest agent waits for that too, until it was tried.
    private static bool IsBeingRenewed(VmEntry entry) => entry.Spec.RenewsIdentity && !entry.Renewal.IsTried;

    // Nothing where it is to be expected within the first minute of its life.
    private string RenewalStatusOf(VmEntry entry) => (entry.Spec.RenewsIdentity, entry.Renewal.Problem) switch
    {
        (false, _) => "",
        (_, "") => HasGuestAgent(entry) ? "" : "Its guest has the identity of the one that it is a copy of until its guest agent answers.",
        (_, var problem) => $"Its guest has the identity of the one that it is a copy of, for {problem}; it is tried again.",
    };
}
