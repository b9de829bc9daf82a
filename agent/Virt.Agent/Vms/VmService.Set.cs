using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Networks;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Set-VM.</summary>
public sealed partial class VmService
{
    /// <summary>Changes a machine. What cannot change while it runs, or while its memory is saved, waits for its next start: <see cref="VM.PendingChanges"/>.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; WrongState; Conflict (a port). It is as it was then.</exception>
    public async Task<VM> SetAsync(SetVM request, Call call)
    {
        const string Verb = "change";
        var entry = Find(Verb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        NewVMCheck.CheckSize(Verb, entry.Name, request.MemoryStartupBytes, request.ProcessorCount, facts.MemoryBytes, HostOf(entry.Spec).Architecture);
        NewVMCheck.CheckCheckpointType(Verb, entry.Name, request.CheckpointType);
        NewVMCheck.CheckAutomatic(Verb, entry.Name, request.AutomaticStartDelay, request.After);
        using var held = await LockAsync(Verb, entry, call).ConfigureAwait(false);
        VmDriveRules.CheckPorts(entry.Name, entry.Spec, request.HotplugPortCount);
        VmStates.CheckSet(Verb, entry.Name, entry.State);
        var present = entry.Spec;
        if (request.WatchdogAction is { } action && action != present.WatchdogAction)
        {
            NewVMCheck.CheckWatchdogAction(Verb, entry.Name, action, HostOf(present).Architecture);
            VmStates.CheckOff("change the watchdog of", entry.Name, entry.State);
        }

        if (request.HasUsbTablet is { } hasTablet && hasTablet != present.HasUsbTablet)
        {
            VmStates.CheckOff("change the tablet of", entry.Name, entry.State);
        }

        if (request.HasAgent is { } hasAgent && hasAgent != present.HasAgent)
        {
            VmStates.CheckOff("change the agent of", entry.Name, entry.State);
            if (hasAgent)
            {
                MachineArchitecture.CheckAgent(Verb, entry.Name, present.Architecture, Host.Architecture, $"Enter-VM {entry.Name}");
            }
        }

        var to = Republish(entry, VmChange.Apply(entry.Name, present, request, time.GetUtcNow()), request);
        VmMemoryRules.CheckMaximum(entry.Name, to.FromNextStart(), HostOf(entry.Spec).Architecture);
        if (call.WhatIf)
        {
            return Show(entry) with { PendingChanges = PendingOf(entry, to) };
        }

        if (NetworkService.HasOtherPorts(present.Attachment, to.Attachment))
        {
            await networks.PublishAsync(MemberOf(entry)!, MemberOf(entry)! with { Attachment = to.Attachment! }, Store, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            await Store().ConfigureAwait(false);
        }

        if (!ReferenceEquals(present.Health, entry.Spec.Health) && entry.Process is { } process)
        {
            AskFrom(entry, process);
        }

        if (!ReferenceEquals(present.CheckpointPlan, entry.Spec.CheckpointPlan))
        {
            NotifyPlans();
        }

        entry.Tell(VirtEventAction.Changed);
        return Show(entry);

        Task Store()
        {
            entry.Set(table, entry.Phase, entry.Run, to);
            return Task.CompletedTask;
        }
    }

    // One that is off has all of it at once.
    private static string[] PendingOf(VmEntry entry, VmSpec spec) => entry.State is VMState.Stopped or VMState.Failed ? [] : [.. spec.Pending?.Words() ?? []];

    private VmSpec Republish(VmEntry entry, VmSpec spec, SetVM request)
    {
        if (request.Publish is null && request.AllowFrom is null)
        {
            return spec;
        }

        if (spec.Attachment is not { } present)
        {
            return request.Publish is not { Length: > 0 } && request.AllowFrom is not { Length: > 0 }
                ? spec
                : throw new VirtException(ErrorCode.InvalidArgument, "InvalidPublish", $"Cannot change VM '{entry.Name}': in the network '{spec.Network ?? NewVMCheck.NoNetwork}' it has no ports to publish.", entry.Name, "New-VM -Network lan -Publish 8080:80");
        }

        var member = RequestOf(entry.Id, entry.Name, spec) with { Verb = "change", Network = networks.NameOf(present.NetworkId) };
        return spec with { Attachment = networks.Republish(member, present, request.Publish, request.AllowFrom) };
    }
}
