using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>Changes a container; starts a running one anew for what cannot change while it runs.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; WrongState; what kept it from starting as it should be: it is as it was then.</exception>
    public async Task<Container> SetAsync(SetContainer request, Call call)
    {
        var entry = Find("change", request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync("change", entry, call).ConfigureAwait(false);
        ContainerStates.CheckSet(entry.Name, entry.State);
        var present = entry.Spec;
        request = WithOtherNetwork(entry, request);
        var (variables, labelsOfImage) = OfImage(present, request);
        var to = ContainerChange.Apply(entry.Name, present, request, variables, labelsOfImage);
        CheckStartOrder("change", entry.Name, request.After);
        NewContainerCheck.CheckAsked(entry.Name, request);
        CheckRemoveOnExit(entry, to);
        try
        {
            to = WithVolumes("change", entry.Id, entry.Name, to, call.WhatIf);
            NewContainerCheck.CheckVolumes("change", entry.Name, to);
            CheckRelabels("change", entry.Name, to);
            Foresee(entry, present, to);
            to = request.Network is null ? Republish(entry, to, request) : JoinOther(entry, to, request, call.WhatIf);
            var holding = HoldingOf(entry, ProcessHold.Of(present), ProcessHold.Of(to));
            CheckPossible(entry, holding);
            if (IsAnew(entry, present, to, holding))
            {
                ContainerStates.CheckStartAnew(entry.Name, entry.State);
            }

            return call.WhatIf ? Show(entry) with { Status = Forecast(entry, present, to, holding) } : await SetAsync(entry, present, to, holding, call).ConfigureAwait(false);
        }
        finally
        {
            if (!call.WhatIf)
            {
                GiveBackUnused(entry, present, to);
            }

            UseAgain(entry);
        }
    }

    // It would go with the agent's next start, and nobody would know why.
    private static void CheckRemoveOnExit(ContainerEntry entry, ContainerSpec to)
    {
        if (to.RemoveOnExit && !entry.Spec.RemoveOnExit && entry is { Run: not null, State: ContainerState.Stopped or ContainerState.Failed })
        {
            throw new VirtException(
                ErrorCode.WrongState, "ContainerWrongState", $"Cannot change container '{entry.Name}': it is to be removed when it has ended, and has ended already.", entry.Name, $"Remove-Container -Name {entry.Name}");
        }
    }

    private string Forecast(ContainerEntry entry, ContainerSpec present, ContainerSpec to, ProcessHolding? holding) =>
        !ContainerStates.IsAlive(entry.State) ? "It would be changed for its next start."
        : IsAnew(entry, present, to, holding) ? "It would be started anew, with all that it has written."
        : present.Volumes.Except(to.Volumes).Any() ? "It would be changed while it runs; where something uses a volume that goes, it would be started anew, with all that it has written."
        : "It would be changed while it runs.";

    private bool IsAnew(ContainerEntry entry, ContainerSpec present, ContainerSpec to, ProcessHolding? holding) =>
        ContainerStates.IsAlive(entry.State) && (ContainerChange.NeedsStart(present, to, cgroups.Tree.Version) || holding?.RaisesInVain() == true);

    private async Task<Container> SetAsync(ContainerEntry entry, ContainerSpec present, ContainerSpec to, ProcessHolding? holding, Call call)
    {
        var isAlive = ContainerStates.IsAlive(entry.State);
        if (isAlive && ContainerChange.NeedsStart(present, to, cgroups.Tree.Version))
        {
            return await SetAnewAsync(entry, present, to, "what was changed cannot change while it runs", call).ConfigureAwait(false);
        }

        using var coming = isAlive ? await OpenComingAsync(entry, present.Volumes, to).ConfigureAwait(false) : new OpenedVolumes();
        if (isAlive)
        {
            SetLive(entry, present, to);
            if (present.CpuSet is null && to.CpuSet is not null)
            {
                // v1: a thread that waits for a command where there was no set of CPUs yet would give birth to it outside.
                await cgroups.LeaveAsync(entry.Run!.Cgroup).ConfigureAwait(false);
            }
        }

        try
        {
            await PublishAsync(entry, present, to, () => StoreAsync(entry, present, to, coming, holding)).ConfigureAwait(false);
        }
        catch (LinuxException) when (entry.Spec is { FormerLimits: not null, FormerVolumes: null })
        {
            return await HoldAnewAsync(entry, present, to, holding, call).ConfigureAwait(false);
        }
        catch (LinuxException e) when (entry.Spec.FormerVolumes is not null)
        {
            await FaultPoint.ReachAsync(ContainerFaults.RemountRefused).ConfigureAwait(false);
            return await SetAnewAsync(entry, present, to, $"the kernel does not let its volumes change while it runs ({e.Message})", call).ConfigureAwait(false);
        }
        catch when (isAlive && (entry.Spec is not { FormerVolumes: null, FormerLimits: null } || ReferenceEquals(entry.Spec, present)))
        {
            HoldAsBefore(entry, holding);
            if (entry.Spec is not { FormerVolumes: null, FormerLimits: null })
            {
                await RemountAsBeforeAsync(entry, present).ConfigureAwait(false);
            }

            SetLive(entry, to, present);
            throw;
        }

        WithMember(entry, networks.Rename);
        AskOtherwise(entry, present);
        return Show(entry);
    }

    private async Task StoreAsync(ContainerEntry entry, ContainerSpec present, ContainerSpec to, OpenedVolumes coming, ProcessHolding? holding)
    {
        var later = holding is null ? to : to with { FormerLimits = ProcessHold.Of(present) };
        if (ContainerStates.IsAlive(entry.State) && (coming.All.Count > 0 || present.Volumes.Except(to.Volumes).Any()))
        {
            await StoreRemountedAsync(entry, present, later, coming).ConfigureAwait(false);
        }
        else
        {
            entry.Set(table, entry.State, entry.Run, later);
        }

        if (holding is not null)
        {
            await HoldAsync(entry, holding).ConfigureAwait(false);
            entry.Set(table, entry.State, entry.Run, to);
        }
    }

    private async Task<Container> SetAnewAsync(ContainerEntry entry, ContainerSpec present, ContainerSpec to, string cause, Call call)
    {
        ContainerStates.CheckStartAnew(entry.Name, entry.State);
        call.Report($"Changing container '{entry.Name}'", "It is started anew, with all that it has written");
        try
        {
            await RestartAsAsync(entry, present, to, call).ConfigureAwait(false);
        }
        catch when (entry.Spec.FormerVolumes is not null)
        {
            await RemountAsBeforeAsync(entry, present).ConfigureAwait(false);
            throw;
        }

        return Show(entry) with { Status = $"It was started anew, with all that it has written: {cause}." };
    }

    // Of the run that goes on: whoever asked by the check before sees that it is not the container's any more.
    private void AskOtherwise(ContainerEntry entry, ContainerSpec before)
    {
        if (entry.Process is not { } process || ReferenceEquals(before.Health, entry.Spec.Health))
        {
            return;
        }

        entry.SetHealth(WorkloadHealth.None, "");
        if (entry.Spec.Health is { } check)
        {
            _ = WatchHealthAsync(entry, process, check);
        }
    }

    private async Task RestartAsAsync(ContainerEntry entry, ContainerSpec present, ContainerSpec to, Call call)
    {
        // Before its end, so that a port which is another's leaves it alone. Its row has them with all else: an agent that finds the row as it was finds the ports so too.
        await PublishAsync(entry, present, to, static () => Task.CompletedTask).ConfigureAwait(false);
        try
        {
            await RestartAsync(entry, to, timeout: null, call.Cancellation).ConfigureAwait(false);
            WithMember(entry, networks.Rename);
        }
        catch (Exception e) when (e is VirtException or OperationCanceledException)
        {
            string now;
            try
            {
                await PublishAsync(entry, to, present, static () => Task.CompletedTask).ConfigureAwait(false);
            }
            finally
            {
                now = await BackAsync(entry, present).ConfigureAwait(false);
            }

            if (e is not VirtException error)
            {
                throw;
            }

            throw new VirtException(error.Code, error.Id, $"{error.Message.TrimEnd('.')}; {now}.", error.Target, error.RecommendedAction, error.InnerException);
        }
    }

    // One that an agent which did not note it has made: its image is asked, where the host still has it.
    private (IReadOnlyDictionary<string, string>? Environment, IReadOnlyDictionary<string, string>? Labels) OfImage(ContainerSpec spec, SetContainer request)
    {
        var noted = (spec.ImageEnvironment, spec.ImageLabels);
        if ((request.Environment is null || noted.ImageEnvironment is not null) && (request.Labels is null || noted.ImageLabels is not null))
        {
            return noted;
        }

        try
        {
            var source = findBase(spec.ImageDigest.Length > 0 ? spec.ImageDigest : spec.Image, "Cannot change a container");
            using var held = source.Hold;
            return (noted.ImageEnvironment ?? source.Environment, noted.ImageLabels ?? source.Labels);
        }
        catch (VirtException)
        {
            return noted;
        }
    }

    private void SetLive(ContainerEntry entry, ContainerSpec present, ContainerSpec to)
    {
        var cgroup = cgroups.Open(entry.Run!.Cgroup);
        try
        {
            cgroup.ChangeLimits(LimitsOf(present), LimitsOf(to));
        }
        catch (LinuxException e)
        {
            // What was set before the one that the kernel refused is set back; the row has not been written.
            try
            {
                cgroup.ChangeLimits(LimitsOf(to), LimitsOf(present));
            }
            catch (LinuxException again)
            {
                AgentLog.Warning($"The limits of container '{entry.Name}' could not be set back: {again.Message}");
            }

            throw new VirtException(
                ErrorCode.InvalidArgument,
                "LimitRefused",
                $"Cannot change container '{entry.Name}': the kernel refused a limit ({e.Message}); it uses more than that, or the host has no such controller.",
                entry.Name,
                $"Get-Container -Name {entry.Name} | Select-Object *",
                e);
        }
    }
}
