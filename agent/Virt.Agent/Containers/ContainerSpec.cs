using System;
using System.Collections.Generic;
using System.Text.Json.Serialization;
using Virt.Agent.Networks;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

/// <summary>What a container was asked to be, with the image's own values where the user gave none. Stored as JSON.</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what an older agent did not write.</remarks>
public sealed record ContainerSpec
{
    /// <summary>The image's name.</summary>
    public required string Image { get; init; }

    /// <summary>The folder that is the lowest read-only layer; empty where the image has layers of its own.</summary>
    public required string Rootfs { get; init; }

    /// <summary>The names of the image's own layers in the image store, the uppermost first; empty where it is a folder.</summary>
    public IReadOnlyList<string> ImageLayers { get; set; } = [];

    /// <summary>The digest of the image that it was made from; empty where that is a folder.</summary>
    public string ImageDigest { get; set; } = "";

    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>How many words of <see cref="Command"/>, from its first, are the entry point.</summary>
    public int EntrypointCount { get; set; }

    /// <summary>Variables, without those that every container has.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Those of them that its image gave it, before a user's were laid over them; null: an agent that did not note it has made it.</summary>
    public IReadOnlyDictionary<string, string>? ImageEnvironment { get; set; }

    /// <summary>Those of its labels that its image gave it, before a user's were laid over them; null: an agent that did not note it has made it.</summary>
    public IReadOnlyDictionary<string, string>? ImageLabels { get; set; }

    /// <summary>An absolute path.</summary>
    public string WorkingDirectory { get; set; } = "/";

    /// <summary>uid, uid:gid or names; empty: root.</summary>
    public string User { get; set; } = "";

    /// <summary>The host name.</summary>
    public required string HostName { get; init; }

    /// <summary>At most so much memory; null: no limit.</summary>
    public long? MemoryBytes { get; set; }

    /// <summary>At most so many CPUs; null: no limit.</summary>
    public double? CpuCount { get; set; }

    /// <summary>At most so many processes; null: no limit.</summary>
    public long? ProcessCount { get; set; }

    /// <summary>The root cannot be written.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>The user's own names and values.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Folders of the host that it sees.</summary>
    public IReadOnlyList<ContainerVolume> Volumes { get; set; } = [];

    /// <summary>One of <see cref="ContainerNetwork"/>'s names, or what its network was called when it was made.</summary>
    public string Network { get; set; } = ContainerNetwork.None;

    /// <summary>Its place in that network; null in one that is built in.</summary>
    public NetworkAttachment? Attachment { get; set; }

    /// <summary>Its network adapters beside the first, by which it is in further networks; none where the first is in one that is built in.</summary>
    public IReadOnlyList<ContainerAdapter> Adapters { get; set; } = [];

    /// <summary>Name servers that are asked in place of the host's.</summary>
    public IReadOnlyList<string> Dns { get; set; } = [];

    /// <summary>Domains in which short names are looked for.</summary>
    public IReadOnlyList<string> DnsSearch { get; set; } = [];

    /// <summary>Whose ids its users have on the host.</summary>
    public ContainerUserNamespace UserNamespace { get; set; }

    /// <summary>The first of the host's ids that its ids from 0 on are, 65,536 of them; 0: it has the host's, or none yet.</summary>
    public uint HostIds { get; set; }

    /// <summary>Its own level in SELinux labels, such as <c>s0:c1,c2</c>; empty: it has none, and no labels.</summary>
    public string LabelLevel { get; set; } = "";

    /// <summary>Nothing holds its root back but the namespaces.</summary>
    public bool Privileged { get; set; }

    /// <summary>What it has of its own.</summary>
    public ContainerIsolation Isolation { get; set; }

    /// <summary>Its first process is an init with cgroups, mounts and namespaces of its own.</summary>
    [JsonIgnore]
    public bool IsSystem => Isolation == ContainerIsolation.System;

    /// <summary>It has nothing but a root and a cgroup of its own.</summary>
    [JsonIgnore]
    public bool IsChroot => Isolation == ContainerIsolation.Chroot;

    /// <summary>It is in a virtual machine of its own.</summary>
    [JsonIgnore]
    public bool IsMachine => Isolation == ContainerIsolation.VM;

    /// <summary>The signal that asks it to end.</summary>
    public int StopSignal { get; set; } = Signals.Terminate;

    /// <summary>How long it may take to end before it is killed.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Places in memory.</summary>
    public IReadOnlyList<ContainerTmpfs> Tmpfs { get; set; } = [];

    /// <summary>The host's devices that it may use, beside those that every container has.</summary>
    public IReadOnlyList<ContainerDevice> Devices { get; set; } = [];

    /// <summary>A bit for each capability; null: the usual ones, all where it is privileged.</summary>
    public ulong? Capabilities { get; set; }

    /// <summary>Set-user-id bits and file capabilities count.</summary>
    public bool AllowNewPrivileges { get; set; }

    /// <summary>Limits of each process.</summary>
    public IReadOnlyList<ContainerUlimit> Ulimits { get; set; } = [];

    /// <summary>Kernel settings of its own namespaces.</summary>
    public IReadOnlyDictionary<string, string> Sysctls { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Further groups of its user, names or numbers.</summary>
    public IReadOnlyList<string> AdditionalGroups { get; set; } = [];

    /// <summary>Options of the resolver.</summary>
    public IReadOnlyList<string> DnsOptions { get; set; } = [];

    /// <summary>Further names, each with its address.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ExtraHosts { get; set; } = [];

    /// <summary>-1000 to 1000.</summary>
    public int OutOfMemoryScore { get; set; }

    /// <summary>Which CPUs; null: all.</summary>
    public string? CpuSet { get; set; }

    /// <summary>2 to 262144; null: 1024.</summary>
    public long? CpuShares { get; set; }

    /// <summary>Swap beyond the memory limit; null: none.</summary>
    public long? SwapBytes { get; set; }

    /// <summary>Memory that is left to it; null: none.</summary>
    public long? ReservedMemoryBytes { get; set; }

    /// <summary>The size of /dev/shm; null: 64 MB.</summary>
    public long? ShmBytes { get; set; }

    /// <summary>When the log has so many bytes, it is begun anew, and the one before is kept; null: 16 MB.</summary>
    public long? LogBytes { get; set; }

    /// <summary>10 to 1000; null: 100.</summary>
    public long? BlockIOWeight { get; set; }

    /// <summary>Limits of single disks.</summary>
    public IReadOnlyList<ContainerBlockLimit> BlockIO { get; set; } = [];

    /// <summary>When it is started again by the agent.</summary>
    public RestartPolicy RestartPolicy { get; set; }

    /// <summary>How often in a row at most; 0: as often as it takes.</summary>
    public int RestartMaximum { get; set; }

    /// <summary>The names of those that are started before it.</summary>
    public IReadOnlyList<string> After { get; set; } = [];

    /// <summary>How it is asked whether it works; null: it is not asked.</summary>
    public HealthCheck? Health { get; set; }

    /// <summary>Its first process is an init of ours, and the command is that one's child.</summary>
    public bool Init { get; set; }

    /// <summary>It is removed when it has ended.</summary>
    public bool RemoveOnExit { get; set; }

    /// <summary>The digests of the layers over the image, the uppermost first.</summary>
    public IReadOnlyList<string> Layers { get; set; } = [];

    /// <summary>Which generation it is; each has a folder of its own for what it writes.</summary>
    public int Generation { get; set; }

    /// <summary>The highest number that was ever given.</summary>
    public int LastGeneration { get; set; }

    /// <summary>The generation that it can go back to; null: none is kept.</summary>
    public FormerGeneration? Previous { get; set; }

    /// <summary>While it is being made: the container that stands still for it; all zeros: none.</summary>
    public Guid FrozenSource { get; set; }

    /// <summary>While it is being imported: the digest of the image that comes with it and goes with it again where that fails; empty: none.</summary>
    public string Arriving { get; set; } = "";

    /// <summary>The archives that it is being written into, each under the name that it has until it is whole.</summary>
    public IReadOnlyList<string> Exports { get; set; } = [];

    /// <summary>While its volumes change and it runs: those that it had before, some of which may still be mounted; null: they do not.</summary>
    public IReadOnlyList<ContainerVolume>? FormerVolumes { get; set; }

    /// <summary>While the limits of its processes change and it runs: those that it had before, which some may still have; null: they do not.</summary>
    public FormerLimits? FormerLimits { get; set; }

    /// <summary>It stands still for the agent's own work, and is to go on after it.</summary>
    public bool StandsStill { get; set; }

    /// <summary>The layer that was built for it last and that no generation uses yet; null: none.</summary>
    public string? Built { get; set; }
}
