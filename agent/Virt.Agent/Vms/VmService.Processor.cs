using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Get-VMProcessor and Set-VMProcessor.</summary>
public sealed partial class VmService
{
    /// <summary>The processors of machines, by name, id or pattern; of all where the request names none.</summary>
    public Task<VMProcessorList> GetProcessorAsync(GetVMProcessor request, Call call)
    {
        var errors = new List<ErrorInfo>();
        var found = Select(new GetVM { Names = request.Names, Ids = request.Ids }, errors).DistinctBy(static entry => entry.Id).OrderBy(static entry => entry.Name, StringComparer.OrdinalIgnoreCase);
        return Task.FromResult(new VMProcessorList { Items = [.. found.Select(static entry => ShowProcessor(entry, entry.Spec))], Errors = [.. errors] });
    }

    /// <summary>Changes the processors of a machine. Where it runs, or its memory is saved, that waits for its next start.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; NotSupported; WrongState. It is as it was then.</exception>
    public async Task<VMProcessor> SetProcessorAsync(SetVMProcessor request, Call call)
    {
        const string Verb = "change";
        var entry = Find(Verb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        NewVMCheck.CheckSize(Verb, entry.Name, null, request.Count, facts.MemoryBytes, HostOf(entry.Spec).Architecture);
        using var held = await LockAsync(Verb, entry, call).ConfigureAwait(false);
        VmStates.CheckSet(Verb, entry.Name, entry.State);
        var model = request.Model is null ? entry.Spec.FromNextStart().CpuModel : CpuModel.Find(entry.Name, request.Model, HostOf(entry.Spec).Architecture, HostOf(entry.Spec).Accelerator, facts.CpuFlags);
        var to = VmChange.Apply(entry.Spec, request, model);
        CpuModel.CheckTopology(entry.Name, to.FromNextStart());
        if (!call.WhatIf)
        {
            entry.Set(table, entry.Phase, entry.Run, to);
            entry.Tell(VirtEventAction.Changed);
            to = entry.Spec;
        }

        return ShowProcessor(entry, to);
    }

    private static VMProcessor ShowProcessor(VmEntry entry, VmSpec spec)
    {
        var next = spec.FromNextStart();
        return new VMProcessor
        {
            VMId = entry.Id,
            VMName = entry.Name,
            Count = next.ProcessorCount,
            Model = next.CpuModel ?? CpuModel.Host,
            SocketCount = CpuModel.SocketsOf(next),
            CoreCountPerSocket = CpuModel.CoresOf(next),
            ThreadCountPerCore = CpuModel.ThreadsOf(next),
            PendingChanges = PendingOf(entry, spec),
            State = entry.State,
        };
    }
}
