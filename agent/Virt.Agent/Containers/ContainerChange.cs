using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Virt.Agent.Common;
using Virt.Agent.Containers.Archives;
using Virt.Agent.Containers.Machine;
using Virt.Linux.Capabilities;
using Virt.Linux.Cgroups;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <summary>From what a container is and a request to what it is to be: pure, but for the look whether the host has the devices that are asked for.</summary>
internal static class ContainerChange
{
    /// <summary>The container as it is to be, but for its ports, and its place in another network.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="spec">As it is.</param>
    /// <param name="request">What is to be changed.</param>
    /// <param name="ofImage">The variables that its image gives it, over which those of the request are laid; null: nobody knows, and they are laid over those that it has.</param>
    /// <param name="labelsOfImage">The labels that its image gives it, over which those of the request are laid; null: nobody knows, and those that the request leaves away are gone.</param>
    /// <exception cref="VirtException">InvalidArgument; NotFound: a device.</exception>
    public static ContainerSpec Apply(string name, ContainerSpec spec, SetContainer request, IReadOnlyDictionary<string, string>? ofImage = null, IReadOnlyDictionary<string, string>? labelsOfImage = null)
    {
        var who = new CheckedContainer(name, IsChange: true);
        // What its image gave it was never held to the rules of what a user types, and is not now.
        var source = new ContainerBase(spec.Image, spec.Rootfs, [], request.Environment is null ? spec.Environment : ofImage ?? spec.ImageEnvironment ?? spec.Environment, "")
        {
            User = spec.User,
            WorkingDirectory = spec.WorkingDirectory,
            Health = IsAskedOtherwise(request) ? null : spec.Health,
            Labels = request.Labels is null ? new Dictionary<string, string>() : labelsOfImage ?? spec.ImageLabels ?? new Dictionary<string, string>(),
        };
        var to = NewContainerCheck.ToSpec(who, RequestOf(who, spec, request), source);
        if (request.Devices is not null || request.BlockIO is not null)
        {
            NewContainerCheck.CheckDevices(who.Verb, name, to);
        }

        // What it is, beside its settings.
        return to with
        {
            ImageLayers = spec.ImageLayers,
            ImageDigest = spec.ImageDigest,
            ImageEnvironment = spec.ImageEnvironment,
            ImageLabels = spec.ImageLabels,
            HostIds = spec.HostIds,
            LabelLevel = spec.LabelLevel,
            HostName = request.HostName is null ? spec.HostName : to.HostName,
            Volumes = request.Volumes is null ? spec.Volumes : to.Volumes,
            Network = request.Network is null ? spec.Network : to.Network,
            Attachment = request.Network is null ? spec.Attachment : null,
            Adapters = spec.Adapters,
            Layers = spec.Layers,
            Generation = spec.Generation,
            LastGeneration = spec.LastGeneration,
            Previous = spec.Previous,
            FrozenSource = spec.FrozenSource,
            Arriving = spec.Arriving,
            Exports = spec.Exports,
            StandsStill = spec.StandsStill,
            Built = spec.Built,
        };
    }

    // What a user would type who wanted it as it is to be.
    private static NewContainer RequestOf(CheckedContainer who, ContainerSpec spec, SetContainer request)
    {
        var same = ContainerSettings.RequestOf(spec);
        var memory = Limit(request.MemoryBytes, spec.MemoryBytes);
        var (add, drop) = CapabilitiesOf(spec, request, same);
        return same with
        {
            Entrypoint = request.Entrypoint ?? (request.Command is null ? same.Entrypoint : []),
            Command = request.Command ?? (request.Entrypoint is null ? same.Command : []),
            Environment = request.Environment ?? [],
            WorkingDirectory = request.WorkingDirectory,
            User = request.User,
            HostName = request.HostName ?? same.HostName,
            MemoryBytes = memory,
            SwapBytes = request.SwapBytes is { } swap and not 0 ? swap : memory is null || request.SwapBytes is 0 ? null : spec.SwapBytes,
            ReservedMemoryBytes = Limit(request.ReservedMemoryBytes, spec.ReservedMemoryBytes),
            ShmBytes = Limit(request.ShmBytes, spec.ShmBytes),
            LogBytes = Limit(request.LogBytes, spec.LogBytes),
            CpuCount = request.CpuCount is { } cpus ? (cpus == 0 ? null : cpus) : spec.CpuCount,
            CpuShares = Limit(request.CpuShares, spec.CpuShares),
            CpuSet = request.CpuSet is { } set ? (set.Length == 0 ? null : set) : spec.CpuSet,
            ProcessCount = Limit(request.ProcessCount, spec.ProcessCount),
            BlockIOWeight = Limit(request.BlockIOWeight, spec.BlockIOWeight),
            BlockIO = request.BlockIO ?? same.BlockIO,
            Labels = request.Labels ?? same.Labels,
            StopSignal = request.StopSignal ?? same.StopSignal,
            StopTimeout = request.StopTimeout ?? same.StopTimeout,
            RestartPolicy = request.RestartPolicy ?? same.RestartPolicy,
            RestartMaximum = request.RestartMaximum ?? ((request.RestartPolicy ?? same.RestartPolicy) == RestartPolicy.Never ? 0 : same.RestartMaximum),
            After = request.After ?? same.After,
            RemoveOnExit = request.RemoveOnExit ?? same.RemoveOnExit,
            Health = IsAskedOtherwise(request) ? HealthOf(who, spec, request) : null,
            ReadOnly = request.ReadOnly ?? same.ReadOnly,
            Volumes = request.Volumes ?? same.Volumes,
            Tmpfs = request.Tmpfs ?? same.Tmpfs,
            Devices = request.Devices ?? same.Devices,
            AddCapability = add,
            DropCapability = drop,
            Privileged = request.Privileged ?? same.Privileged,
            AllowNewPrivileges = request.AllowNewPrivileges ?? same.AllowNewPrivileges,
            Ulimits = request.Ulimits ?? same.Ulimits,
            Sysctls = request.Sysctls ?? same.Sysctls,
            AdditionalGroups = request.AdditionalGroups ?? same.AdditionalGroups,
            Network = request.Network ?? same.Network,
            IPAddresses = request.IPAddresses ?? [],
            Publish = request.Network is null ? [] : PortsIn(spec, request).Publish,
            AllowFrom = request.Network is null ? [] : PortsIn(spec, request).AllowFrom,
            Dns = request.Dns ?? same.Dns,
            DnsSearch = request.DnsSearch ?? same.DnsSearch,
            DnsOptions = request.DnsOptions ?? same.DnsOptions,
            ExtraHosts = request.ExtraHosts ?? same.ExtraHosts,
            OutOfMemoryScore = request.OutOfMemoryScore ?? same.OutOfMemoryScore,
            Init = request.Init ?? same.Init,
        };
    }

    /// <summary>What a container publishes that goes into another network: what it is asked to, else what it does; where there is nobody to come, nothing.</summary>
    public static (string[] Publish, string[] AllowFrom) PortsIn(ContainerSpec spec, SetContainer request)
    {
        var isAlone = NewContainerCheck.IsBuiltIn(request.Network ?? spec.Network);
        string[] publish = request.Publish ?? (isAlone ? [] : [.. spec.Attachment?.Ports.Select(static port => port.ToString()) ?? []]);
        return (publish, request.AllowFrom ?? (publish.Length == 0 ? [] : [.. spec.Attachment?.AllowFrom ?? []]));
    }

    private static bool IsAskedOtherwise(SetContainer request) => HealthRules.IsChange(HealthOf(request));

    private static HealthCheckChange HealthOf(SetContainer request) => new()
    {
        Command = request.HealthCommand,
        TcpPort = request.HealthTcp,
        HttpUrl = request.HealthHttp,
        Interval = request.HealthInterval,
        ProbeTimeout = request.HealthTimeout,
        StartPeriod = request.HealthStartPeriod,
        Retries = request.HealthRetries,
    };

    private static HealthCheck? HealthOf(CheckedContainer who, ContainerSpec spec, SetContainer request)
    {
        var check = HealthRules.Apply(spec.Health, HealthOf(request), new HealthCheck { Interval = TimeSpan.FromSeconds(30) }, out var isNothing);
        return isNothing ? throw NewContainerCheck.Wrong(who, "Health", "it is not asked whether it works", "New-Container -HealthTcp 80") : check;
    }

    // Which of the two lists a user gave is not stored, only what has come of them: it is taken for the difference to the usual ones.
    private static (string[] Add, string[] Drop) CapabilitiesOf(ContainerSpec spec, SetContainer request, NewContainer same)
    {
        if (request.AddCapability is null && request.DropCapability is null)
        {
            return (same.AddCapability, same.DropCapability);
        }

        var usual = ContainerPlan.CapabilitiesOf(spec with { Capabilities = null, Privileged = request.Privileged ?? spec.Privileged });
        var present = spec.Capabilities ?? usual;
        string[] add = request.AddCapability ?? [.. CapabilitySet.Format(present & ~usual)];
        // What is added now is not what was dropped before.
        var named = add.Contains("ALL", StringComparer.OrdinalIgnoreCase) ? CapabilitySet.All : CapabilitySet.Parse([.. add.Where(CapabilitySet.IsKnown)]);
        return (add, request.DropCapability ?? [.. CapabilitySet.Format(usual & ~present & ~named)]);
    }

    /// <summary>True where the difference cannot be made while it runs.</summary>
    public static bool NeedsStart(ContainerSpec present, ContainerSpec to, CgroupVersion cgroups) =>
        Text(Common(present)) != Text(Common(to))
        || IsNested(present.Volumes, to.Volumes)
        || (to.IsMachine && IsOtherMachine(present, to))
        || (cgroups == CgroupVersion.V1 && HasDiskLimits(to) && !HasDiskLimits(present));

    // What its virtual machine has is put together at its start.
    private static bool IsOtherMachine(ContainerSpec present, ContainerSpec to) =>
        MachineMemory.OfGuest(present) != MachineMemory.OfGuest(to)
        || MachineMemory.Processors(present) != MachineMemory.Processors(to)
        || !present.Volumes.SequenceEqual(to.Volumes);

    // What can change while it runs is the same in both, so that all that a later agent adds to a container starts it anew until it is said to need no start.
    private static ContainerSpec Common(ContainerSpec spec) => spec with
    {
        MemoryBytes = null,
        SwapBytes = null,
        ReservedMemoryBytes = null,
        CpuCount = null,
        CpuShares = null,
        CpuSet = null,
        ProcessCount = null,
        BlockIOWeight = null,
        BlockIO = [],
        EntrypointCount = 0,
        Labels = new Dictionary<string, string>(),
        ImageLabels = null,
        StopSignal = 0,
        StopTimeout = TimeSpan.Zero,
        RestartPolicy = RestartPolicy.Never,
        RestartMaximum = 0,
        After = [],
        RemoveOnExit = false,
        Health = null,
        Volumes = [],
        FormerVolumes = null,
        FormerLimits = null,
        // What an init of a whole system starts, and what is in a machine, has limits of its own giving.
        Ulimits = spec.IsSystem || spec.IsMachine ? spec.Ulimits : [],
        OutOfMemoryScore = spec.IsSystem || spec.IsMachine ? spec.OutOfMemoryScore : 0,
        Attachment = spec.Attachment is { } attachment ? attachment with { Ports = [], AllowFrom = [] } : null,
        Environment = new SortedDictionary<string, string>(spec.Environment.ToDictionary(), StringComparer.Ordinal),
        Sysctls = new SortedDictionary<string, string>(spec.Sysctls.ToDictionary(), StringComparer.Ordinal),
        Capabilities = ContainerPlan.CapabilitiesOf(spec),
    };

    // What is mounted over a place hides what is mounted below it, and what has something below it stays mounted.
    private static bool IsNested(IReadOnlyList<ContainerVolume> present, IReadOnlyList<ContainerVolume> to) =>
        present.Except(to).Concat(to.Except(present)).Any(changed => present.Intersect(to).Any(kept => kept.Target.StartsWith(changed.Target + "/", StringComparison.Ordinal)));

    private static string Text(ContainerSpec spec) => JsonSerializer.Serialize(spec, ContainerJson.Default.ContainerSpec);

    private static bool HasDiskLimits(ContainerSpec spec) => spec.BlockIOWeight is not null || spec.BlockIO.Count > 0;

    private static long? Limit(long? wanted, long? present) => wanted is { } value ? (value == 0 ? null : value) : present;
}
