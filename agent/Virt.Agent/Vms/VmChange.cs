using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What Set-VM makes of a machine: pure.</summary>
internal static class VmChange
{
    /// <summary>The machine as it is to be. What a running one cannot change waits for its next start.</summary>
    /// <param name="present">What it is.</param>
    /// <param name="request">What is asked for, checked.</param>
    public static VmSpec Apply(VmSpec present, SetVM request)
    {
        var memory = request.MemoryStartupBytes is { } bytes ? NewVMCheck.RoundUp(bytes, 1 << 20) : present.Pending?.MemoryBytes;
        var processors = request.ProcessorCount ?? present.Pending?.ProcessorCount;
        var ports = request.HotplugPortCount ?? present.Pending?.HotplugPorts;
        var pending = (present.Pending ?? new VmPending()) with
        {
            MemoryBytes = memory == present.AllMemory() ? null : memory,
            ProcessorCount = processors == present.ProcessorCount ? null : processors,
            HotplugPorts = ports == present.HotplugPorts ? null : ports,
        };
        return present with
        {
            Pending = Shown(pending),
            Notes = request.Notes ?? present.Notes,
            StartAction = request.AutomaticStartAction ?? present.StartAction,
            StartDelay = request.AutomaticStartDelay ?? present.StartDelay,
            After = request.After ?? present.After,
            StopAction = request.AutomaticStopAction ?? present.StopAction,
            CheckpointType = request.CheckpointType ?? present.CheckpointType,
            WatchdogAction = request.WatchdogAction ?? present.WatchdogAction,
        };
    }

    /// <summary>The machine as it is to be, of what Set-VMProcessor changes.</summary>
    /// <param name="present">What it is.</param>
    /// <param name="request">What is asked for, checked.</param>
    /// <param name="model">The model, as <see cref="VmSpec.CpuModel"/> has it.</param>
    public static VmSpec Apply(VmSpec present, SetVMProcessor request, string? model)
    {
        var next = present.FromNextStart();
        var (count, cores, threads) = (request.Count ?? next.ProcessorCount, request.CoreCountPerSocket ?? next.CoresPerSocket, request.ThreadCountPerCore ?? next.ThreadsPerCore);
        var pending = (present.Pending ?? new VmPending()) with
        {
            ProcessorCount = count == present.ProcessorCount ? null : count,
            CpuModel = model == present.CpuModel ? null : model ?? CpuModel.Host,
            CoresPerSocket = cores == present.CoresPerSocket ? null : cores,
            ThreadsPerCore = threads == present.ThreadsPerCore ? null : threads,
        };
        return present with { Pending = Shown(pending) };
    }

    /// <summary>The machine as it is to be, of what Set-VMMemory changes and a run cannot.</summary>
    /// <param name="present">What it is.</param>
    /// <param name="request">What is asked for, checked.</param>
    public static VmSpec Apply(VmSpec present, SetVMMemory request)
    {
        var next = present.FromNextStart();
        var memory = request.StartupBytes is { } bytes ? NewVMCheck.RoundUp(bytes, 1 << 20) : next.MemoryBytes;
        var maximum = request.MaximumBytes is { } most ? NewVMCheck.RoundUp(most, 1 << 20) : next.MaximumMemoryBytes;
        var pages = request.BackingPageSize ?? next.BackingPageSize;
        var pending = (present.Pending ?? new VmPending()) with
        {
            MemoryBytes = memory == present.AllMemory() ? null : memory,
            MaximumMemoryBytes = maximum == present.MaximumMemoryBytes ? null : maximum,
            BackingPageSize = pages == present.BackingPageSize ? null : pages,
        };
        return present with { Pending = Shown(pending) };
    }

    private static VmPending? Shown(VmPending pending) => pending.Words().Any() ? pending : null;
}
