using System;
using System.Linq;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What Set-VM makes of a machine: pure.</summary>
internal static class VmChange
{
    // A guest may take its time to come up, an emulated one minutes.
    private static readonly HealthCheck UsualTimes = new() { Interval = TimeSpan.FromSeconds(30), StartPeriod = TimeSpan.FromMinutes(5) };

    /// <summary>The machine as it is to be. What a running one cannot change waits for its next start.</summary>
    /// <param name="name">Its name, for errors.</param>
    /// <param name="present">What it is.</param>
    /// <param name="request">What is asked for, checked.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="VirtException">InvalidArgument: how its guest is to be asked, or when checkpoints are to be made.</exception>
    public static VmSpec Apply(string name, VmSpec present, SetVM request, DateTimeOffset now)
    {
        var health = HealthOf(name, present, request);
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
            CheckpointPlan = CheckpointPlanRules.Apply(name, present.CheckpointPlan, request, request.CheckpointType ?? present.CheckpointType, now),
            WatchdogAction = request.WatchdogAction ?? present.WatchdogAction,
            HasUsbTablet = request.HasUsbTablet ?? present.HasUsbTablet,
            HasAgent = request.HasAgent ?? present.HasAgent,
            Health = health,
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

    // The same object where nothing changes: whoever asks by it asks on.
    private static HealthCheck? HealthOf(string name, VmSpec present, SetVM request)
    {
        if (request.Health is not { } change || !HealthRules.IsChange(change))
        {
            return present.Health;
        }

        var health = HealthRules.Apply(present.Health, change, UsualTimes, out var isNothing);
        if (isNothing)
        {
            throw NewVMCheck.Bad(name, "InvalidHealth", "it is not asked whether it works", $"Set-VM -Name {name} -HealthTcp 80", "change");
        }

        NewVMCheck.CheckHealth("change", name, health);
        return health;
    }

    private static VmPending? Shown(VmPending pending) => pending.Words().Any() ? pending : null;
}
