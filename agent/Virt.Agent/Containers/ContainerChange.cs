using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Linux.Cgroups;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <summary>From what a container is and a request to what it is to be: pure.</summary>
internal static class ContainerChange
{
    /// <summary>The container as it is to be.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="spec">As it is.</param>
    /// <param name="request">What is to be changed.</param>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static ContainerSpec Apply(string name, ContainerSpec spec, SetContainer request)
    {
        NewContainerCheck.CheckChange(name, spec, request);
        var memory = Limit(request.MemoryBytes, spec.MemoryBytes);
        return spec with
        {
            MemoryBytes = memory,
            SwapBytes = memory is null ? null : Limit(request.SwapBytes, spec.SwapBytes),
            CpuCount = request.CpuCount is { } cpus ? (cpus == 0 ? null : cpus) : spec.CpuCount,
            CpuShares = Limit(request.CpuShares, spec.CpuShares),
            CpuSet = request.CpuSet is { } set ? (set.Length == 0 ? null : set) : spec.CpuSet,
            ProcessCount = Limit(request.ProcessCount, spec.ProcessCount),
            Labels = request.Labels ?? spec.Labels,
            StopSignal = request.StopSignal is { } signal ? Signals.Parse(signal) : spec.StopSignal,
            StopTimeout = request.StopTimeout ?? spec.StopTimeout,
            RestartPolicy = request.RestartPolicy ?? spec.RestartPolicy,
            RestartMaximum = request.RestartMaximum ?? spec.RestartMaximum,
            After = request.After ?? spec.After,
            Command = request.Command ?? spec.Command,
            Environment = request.Environment ?? spec.Environment,
            WorkingDirectory = request.WorkingDirectory ?? spec.WorkingDirectory,
            User = request.User ?? spec.User,
            HostName = request.HostName ?? spec.HostName,
            ReadOnly = request.ReadOnly ?? spec.ReadOnly,
            Volumes = request.Volumes is { } volumes ? NewContainerCheck.ReadVolumes(name, volumes) : spec.Volumes,
        };
    }

    /// <summary>True where the difference cannot be made while it runs.</summary>
    public static bool NeedsStart(ContainerSpec present, ContainerSpec to, CgroupVersion cgroups) =>
        !present.Command.SequenceEqual(to.Command)
        || !IsSame(present.Environment, to.Environment)
        || (present.WorkingDirectory, present.User, present.HostName, present.ReadOnly) != (to.WorkingDirectory, to.User, to.HostName, to.ReadOnly)
        || !present.Volumes.SequenceEqual(to.Volumes)
        || (present.CpuShares is not null && to.CpuShares is null)
        || (present.CpuSet != to.CpuSet && (to.CpuSet is null || (present.CpuSet is null && cgroups == CgroupVersion.V1)));

    private static bool IsSame(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var value) && value == pair.Value);

    private static long? Limit(long? wanted, long? present) => wanted is { } value ? (value == 0 ? null : value) : present;
}
