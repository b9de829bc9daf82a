using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Linux.Capabilities;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers.Archives;

/// <summary>Between what a container is and what another host is asked for to have the same: pure.</summary>
internal static class ContainerSettings
{
    /// <summary>The settings, without what only this host can give: ids, places, paths of volumes, layers.</summary>
    /// <param name="spec">The container.</param>
    /// <param name="network">What its network is called now.</param>
    /// <param name="further">What the networks of its further adapters are called now.</param>
    public static ContainerSpec Portable(ContainerSpec spec, string network, params string[] further) => spec with
    {
        Rootfs = "",
        ImageLayers = [],
        ImageDigest = "",
        ImageEnvironment = null,
        ImageLabels = null,
        HostIds = 0,
        LabelLevel = "",
        Network = network,
        Attachment = null,
        Adapters = [.. further.Select(static name => new ContainerAdapter { Network = name })],
        Volumes = [.. spec.Volumes.Select(static volume => volume.VolumeName.Length == 0 ? volume : volume with { Source = "", VolumeId = Guid.Empty })],
        Layers = [],
        Generation = 0,
        LastGeneration = 0,
        Previous = null,
        Built = null,
        FrozenSource = Guid.Empty,
        Arriving = "",
        Exports = [],
        StandsStill = false,
        FormerVolumes = null,
        FormerLimits = null,
    };

    /// <summary>What a user would type to have a container of these settings; what was typed with the import counts before that.</summary>
    /// <param name="archive">What the archive says.</param>
    /// <param name="request">What was typed.</param>
    public static NewContainer RequestOf(ContainerArchive archive, ImportContainer request)
    {
        var spec = archive.Spec;
        var name = request.Name.Length > 0 ? request.Name : archive.Name;
        var network = request.Network.Length > 0 ? request.Network : spec.Network;
        var isAlone = ContainerNetwork.None.Equals(network, StringComparison.OrdinalIgnoreCase);
        var hasPorts = !isAlone && !ContainerNetwork.Host.Equals(network, StringComparison.OrdinalIgnoreCase);
        string[] publish = request.Publish ?? (hasPorts ? [.. archive.Publish] : []);
        var same = RequestOf(spec);
        return same with
        {
            Name = name,
            HostName = spec.HostName == archive.Name && !spec.IsChroot ? name : same.HostName,
            Volumes = request.Volumes ?? same.Volumes,
            Network = network,
            AdditionalNetworks = request.Network.Length > 0 ? request.AdditionalNetworks : [.. spec.Adapters.Select(static adapter => adapter.Network)],
            IPAddresses = request.IPAddresses,
            Publish = publish,
            AllowFrom = publish.Length == 0 ? [] : [.. archive.AllowFrom],
            Dns = isAlone ? [] : same.Dns,
            DnsSearch = isAlone ? [] : same.DnsSearch,
            DnsOptions = isAlone ? [] : same.DnsOptions,
        };
    }

    /// <summary>What a user would type to have a container of these settings, but for its name, its address and its ports.</summary>
    public static NewContainer RequestOf(ContainerSpec spec) => new()
    {
        Image = spec.Image,
        Entrypoint = [.. spec.Command.Take(spec.EntrypointCount)],
        Command = [.. spec.Command.Skip(spec.EntrypointCount)],
        Environment = new Dictionary<string, string>(spec.Environment),
        WorkingDirectory = spec.WorkingDirectory,
        User = spec.User,
        HostName = spec.IsChroot ? null : spec.HostName,
        MemoryBytes = spec.MemoryBytes,
        CpuCount = spec.CpuCount,
        ProcessCount = spec.ProcessCount,
        ReadOnly = spec.ReadOnly,
        Labels = new Dictionary<string, string>(spec.Labels),
        Volumes = Texts(spec.Volumes),
        Network = spec.Network,
        Dns = [.. spec.Dns],
        DnsSearch = [.. spec.DnsSearch],
        DnsOptions = [.. spec.DnsOptions],
        UserNamespace = spec.UserNamespace,
        Privileged = spec.Privileged,
        StopSignal = Signals.Format(spec.StopSignal),
        StopTimeout = spec.StopTimeout,
        Tmpfs = Texts(spec.Tmpfs),
        Devices = Texts(spec.Devices),
        AddCapability = spec.Capabilities is { } added ? [.. CapabilitySet.Format(added)] : [],
        DropCapability = spec.Capabilities is null ? [] : ["ALL"],
        AllowNewPrivileges = spec.AllowNewPrivileges,
        Ulimits = Texts(spec.Ulimits),
        Sysctls = new Dictionary<string, string>(spec.Sysctls),
        AdditionalGroups = [.. spec.AdditionalGroups],
        ExtraHosts = [.. spec.ExtraHosts.Select(static host => $"{host.Key}:{host.Value}")],
        OutOfMemoryScore = spec.OutOfMemoryScore,
        CpuSet = spec.CpuSet,
        CpuShares = spec.CpuShares,
        SwapBytes = spec.SwapBytes,
        ReservedMemoryBytes = spec.ReservedMemoryBytes,
        ShmBytes = spec.ShmBytes,
        BlockIOWeight = spec.BlockIOWeight,
        BlockIO = Texts(spec.BlockIO),
        LogBytes = spec.LogBytes,
        RestartPolicy = spec.RestartPolicy,
        RestartMaximum = spec.RestartPolicy == RestartPolicy.Never ? 0 : spec.RestartMaximum,
        After = [.. spec.After],
        Health = spec.Health,
        Init = spec.Init,
        RemoveOnExit = spec.RemoveOnExit,
        Isolation = spec.Isolation,
    };

    /// <summary>What a container of an archive has of the host, in which others must trust it; empty: nothing.</summary>
    public static string NoteOf(ContainerSpec spec)
    {
        var folders = spec.Volumes.Where(static volume => volume.VolumeName.Length == 0).Select(static volume => $"'{volume.Source}'").ToList();
        var parts = new List<string>();
        Add(spec.Privileged, "it is privileged");
        Add(spec.UserNamespace == ContainerUserNamespace.Host, "its users are the host's");
        Add(spec.Network == ContainerNetwork.Host, "its network is the host's");
        Add(spec.Devices.Count > 0, $"it uses {string.Join(", ", spec.Devices.Select(static device => $"'{device.Source}'"))}");
        Add(folders.Count > 0, $"it sees {string.Join(", ", folders)} of the host");
        return parts.Count == 0 ? "" : $"Of the host it gets what the archive says: {string.Join("; ", parts)}.";

        void Add(bool condition, string part)
        {
            if (condition)
            {
                parts.Add(part);
            }
        }
    }

    /// <summary>Settings as the user writes them.</summary>
    public static string[] Texts<T>(IReadOnlyList<T> items) where T : notnull => [.. items.Select(static item => item.ToString()!)];
}
