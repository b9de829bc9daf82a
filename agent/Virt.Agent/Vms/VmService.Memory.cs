using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Get-VMMemory and Set-VMMemory.</summary>
public sealed partial class VmService
{
    private const string SetMemoryVerb = "change";

    /// <summary>The memory of machines, by name, id or pattern; of all where the request names none.</summary>
    public Task<VMMemoryList> GetMemoryAsync(GetVMMemory request, Call call)
    {
        var errors = new List<ErrorInfo>();
        var found = Select(new GetVM { Names = request.Names, Ids = request.Ids }, errors).DistinctBy(static entry => entry.Id).OrderBy(static entry => entry.Name, StringComparer.OrdinalIgnoreCase);
        return Task.FromResult(new VMMemoryList { Items = [.. found.Select(static entry => ShowMemory(entry, entry.Spec))], Errors = [.. errors] });
    }

    /// <summary>Changes the memory of a machine. One that runs gets more at once where it has room for it; all else waits for its next start.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; NotSupported; WrongState; ResourceExhausted (huge pages); Unavailable (QEMU). It is as it was then.</exception>
    public async Task<VMMemory> SetMemoryAsync(SetVMMemory request, Call call)
    {
        var entry = Find(SetMemoryVerb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        NewVMCheck.CheckSize(SetMemoryVerb, entry.Name, request.StartupBytes, null, facts.MemoryBytes, HostOf(entry.Spec).Architecture);
        if (request.BackingPageSize is { } pages && !Enum.IsDefined(pages))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidBackingPageSize", $"Cannot change VM '{entry.Name}': this agent knows no pages {pages}; Small and Large are allowed.", entry.Name, $"Set-VMMemory {entry.Name} -BackingPageSize Small");
        }

        using var held = await LockAsync(SetMemoryVerb, entry, call).ConfigureAwait(false);
        VmStates.CheckSet(SetMemoryVerb, entry.Name, entry.State);
        VmMemoryRules.CheckMaximum(entry.Name, VmChange.Apply(entry.Spec, request).FromNextStart(), HostOf(entry.Spec).Architecture);
        var status = "";
        if (VmStates.IsAlive(entry.State) && request.StartupBytes is { } wanted)
        {
            (var dimm, status) = VmMemoryRules.Grow(entry.Spec, wanted);
            if (dimm is not null)
            {
                CheckHugePages(SetMemoryVerb, entry, entry.Spec.BackingPageSize, dimm.SizeBytes);
                request = request with { StartupBytes = entry.Spec.AllMemory() + dimm.SizeBytes };
                if (call.WhatIf)
                {
                    return ShowMemory(entry, VmChange.Apply(entry.Spec with { AddedMemory = [.. entry.Spec.AddedMemory, dimm] }, request));
                }

                status = await AddMemoryAsync(entry, dimm, call).ConfigureAwait(false);
            }
            else if (status.Length > 0)
            {
                status = $"Its memory waits for its next start: {status}";
            }
        }

        var to = VmChange.Apply(entry.Spec, request);
        if (!call.WhatIf)
        {
            entry.Set(table, entry.Phase, entry.Run, to);
            entry.Tell(VirtEventAction.Changed, $"It has {ByteText.Of(entry.Spec.FromNextStart().MemoryBytes)} of memory{(entry.Spec.Pending is null ? "" : " from its next start on")}.");
            to = entry.Spec;
        }

        return ShowMemory(entry, to) with { Status = status };
    }

    // Gives what is to be known of it; empty: nothing.
    private async Task<string> AddMemoryAsync(VmEntry entry, VmDimm dimm, Call call)
    {
        await using var undo = new Rollback();
        undo.Add($"forget '{dimm.Name}' of VM '{entry.Name}'", () => SetDimm(entry, dimm.Name, null));
        SetDimm(entry, dimm.Name, dimm with { Step = VmPartStep.Adding });
        await FaultPoint.ReachAsync(VmMemoryFaults.AddRecorded).ConfigureAwait(false);
        call.Report($"Changing VM '{entry.Name}'", $"adding {ByteText.Of(dimm.SizeBytes)} of memory");
        var blocks = entry is { State: VMState.Running, Session: { } asked } ? await asked.CountMemoryBlocksAsync(call.Cancellation).ConfigureAwait(false) : null;
        undo.Add($"take '{dimm.Name}' of VM '{entry.Name}' from QEMU", () => entry.Session is { } session ? new ValueTask(session.RemoveMemoryAsync(dimm, CancellationToken.None)) : default);
        await AskQemuAsync(SetMemoryVerb, entry.Name, entry.Session, async session =>
        {
            await session.AddMemoryAsync(dimm, entry.Spec.BackingPageSize, CancellationToken.None).ConfigureAwait(false);
            await FaultPoint.ReachAsync(VmMemoryFaults.Made).ConfigureAwait(false);
            await session.PlugMemoryAsync(dimm, CancellationToken.None).ConfigureAwait(false);
        }).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmMemoryFaults.Plugged).ConfigureAwait(false);
        SetDimm(entry, dimm.Name, dimm);
        undo.Commit();

        call.Report($"Changing VM '{entry.Name}'", "waiting for the guest to take up its memory");
        return blocks is { } before && entry.Session is { } session && await session.TakeUpMemoryAsync(before, call.Cancellation).ConfigureAwait(false)
            ? ""
            : $"It has the memory, which its guest must take up by itself, for its guest agent did not answer: echo online > /sys/devices/system/memory/memoryN/state in it, for each block that is offline.";
    }

    // Under the lock: replaces one, adds it, or, where there is none to be, takes it away.
    private void SetDimm(VmEntry entry, string name, VmDimm? to)
    {
        var dimms = entry.Spec.AddedMemory.ToList();
        var index = dimms.FindIndex(other => other.Name == name);
        if (index >= 0)
        {
            dimms.RemoveAt(index);
        }

        if (to is not null)
        {
            dimms.Insert(index >= 0 ? index : dimms.Count, to);
        }

        entry.Set(table, entry.Phase, entry.Run, entry.Spec with { AddedMemory = dimms });
    }

    // Under the lock, after an agent that ended meanwhile: each is there or is not.
    private async Task SettleMemoryAsync(VmEntry entry)
    {
        var isAlive = VmStates.IsAlive(entry.Phase);
        foreach (var dimm in entry.Spec.AddedMemory.Where(static dimm => dimm.Step != VmPartStep.None).ToList())
        {
            if (isAlive && entry.Session is null)
            {
                return;
            }

            if (isAlive && await entry.Session!.HasDeviceAsync(dimm.Name, CancellationToken.None).ConfigureAwait(false))
            {
                SetDimm(entry, dimm.Name, dimm with { Step = VmPartStep.None });
                continue;
            }

            if (isAlive)
            {
                await entry.Session!.RemoveMemoryAsync(dimm, CancellationToken.None).ConfigureAwait(false);
            }

            SetDimm(entry, dimm.Name, null);
        }
    }

    // What a start, or more memory, takes of those that the host keeps.
    private void CheckHugePages(string verb, VmEntry entry, VMBackingPageSize pages, long bytes)
    {
        if (pages != VMBackingPageSize.Large)
        {
            return;
        }

        var (size, total, free) = facts.HugePages;
        if (size == 0)
        {
            throw new VirtException(ErrorCode.NotSupported, "HugePagesNotSupported", $"Cannot {verb} VM '{entry.Name}': its memory is of large pages, which this host's kernel has not.", entry.Name, $"Set-VMMemory {entry.Name} -BackingPageSize Small");
        }

        if (bytes % size != 0)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidMemory", $"Cannot {verb} VM '{entry.Name}': its memory is {ByteText.Of(bytes)}; of this host's large pages a multiple of {ByteText.Of(size)} is required.", entry.Name, $"Set-VMMemory {entry.Name} -StartupBytes {NewVMCheck.RoundUp(bytes, size) >> 20}MB");
        }

        if (free < bytes / size)
        {
            throw new VirtException(
                ErrorCode.ResourceExhausted, "NotEnoughHugePages", FormattableString.Invariant($"Cannot {verb} VM '{entry.Name}': this host has {free} large pages of {ByteText.Of(size)} free; {bytes / size} are required."), entry.Name, FormattableString.Invariant($"sudo sysctl -w vm.nr_hugepages={total - free + (bytes / size)}"));
        }
    }

    private static VMMemory ShowMemory(VmEntry entry, VmSpec spec)
    {
        var next = spec.FromNextStart();
        var isAlive = VmStates.IsAlive(entry.State);
        return new VMMemory
        {
            VMId = entry.Id,
            VMName = entry.Name,
            StartupBytes = next.MemoryBytes,
            AssignedBytes = isAlive ? spec.AllMemory() : 0,
            AddedBytes = isAlive ? spec.AllMemory() - spec.MemoryBytes : 0,
            MaximumBytes = next.MaximumMemoryBytes,
            BackingPageSize = next.BackingPageSize,
            PendingChanges = PendingOf(entry, spec),
            State = entry.State,
        };
    }
}
