using System;
using System.Collections;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <content>What goes beyond the plain parameters.</content>
public abstract partial class ContainerSpecCommand
{
    /// <summary>The program and its first arguments, before -Command; with it the image's own command is not used.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] Entrypoint { get; set; } = [];

    /// <summary>
    /// What it has of its own. Chroot: a root and limits; it sees the host's processes, network and name, and its root is the host's root. Jail: processes, network and name of its own too,
    /// still with the host's ids. System: in the manner of LXC, with an init such as systemd and ids of its own. VM: in the manner of Kata Containers, with a kernel of its own in a virtual machine of its own, which has
    /// -MemoryBytes (256 MB where that is left away) and -CpuCount, rounded up, of processors. Without it: Application, in the manner of Docker, with ids of its own.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public ContainerIsolation? Isolation { get; set; }

    /// <summary>Private: its users have ids on the host that nobody else has. Host: its root is the host's root, held back by capabilities, system call filter and namespaces alone; files of the host's root in volumes are its own, and ports below 1024 of the host's network are open to it. Without it: Private.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public ContainerUserNamespace? UserNamespace { get; set; }

    /// <summary>Gives up what confines it: all capabilities, all system calls, all devices, nothing masked or read-only, and the host's user ids. Whoever is root in it can become root of the host.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public SwitchParameter Privileged { get; set; }

    /// <summary>
    /// -Isolation System by another name. Its first process is a whole init such as systemd, in the manner of LXC: with cgroups of its own to order, /run in memory, a machine id, a console whose text is the
    /// log, and rights over its own namespaces, whose ids are never the host's. Without -Command: /sbin/init.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public SwitchParameter System { get; set; }

    /// <summary>The signal that asks it to end, such as SIGINT. Without it: SIGTERM, and SIGRTMIN+3 with -System.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string? StopSignal { get; set; }

    /// <summary>How long it may take to end before it is killed, in seconds. Without it: 10, and 90 with -System.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public int? StopTimeoutSeconds { get; set; }

    /// <summary>Places in memory, empty at each start: '/run' or '/run:size=64m,mode=1777,exec,ro'.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] Tmpfs { get; set; } = [];

    /// <summary>Devices of the host that it may use: '/dev/fuse', or '/dev/fuse:/dev/inside:rwm'.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] Device { get; set; } = [];

    /// <summary>Capabilities beyond the usual ones, such as NET_ADMIN, or ALL. With ids of its own they hold in its own namespaces alone.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] AddCapability { get; set; } = [];

    /// <summary>Capabilities that it shall not have, or ALL; those of -AddCapability are left then.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] DropCapability { get; set; } = [];

    /// <summary>Programs with a set-user-id bit, such as sudo, have its rights.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public SwitchParameter AllowNewPrivileges { get; set; }

    /// <summary>Limits of each process: 'nofile=1024' or 'nofile=1024:4096'.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] Ulimit { get; set; } = [];

    /// <summary>Kernel settings of its own namespaces, as @{ 'net.core.somaxconn' = '1024' }.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [NameValues]
    public IDictionary? Sysctl { get; set; }

    /// <summary>Further groups of its user, names or numbers.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] AdditionalGroup { get; set; } = [];

    /// <summary>Options of its resolver, as resolv.conf(5) has them.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] DnsOption { get; set; } = [];

    /// <summary>Further names that it knows, as 'db:10.0.0.7'.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] ExtraHost { get; set; } = [];

    /// <summary>-1000 (never ended) to 1000 (ended first) when the host runs out of memory.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public int? OutOfMemoryScore { get; set; }

    /// <summary>Which CPUs it may use, such as 0-1,3. Without it: all.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string? CpuSet { get; set; }

    /// <summary>Its share of busy CPUs beside other containers, 2 to 262144. Without it: 1024.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public int? CpuShares { get; set; }

    /// <summary>Swap beyond -MemoryBytes, where the host counts swap. Without it: none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [ByteSize]
    public long? SwapBytes { get; set; }

    /// <summary>Memory that is left to it while the host has others to take from.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [ByteSize]
    public long? ReservedMemoryBytes { get; set; }

    /// <summary>The size of its /dev/shm. Without it: 64 MB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [ByteSize]
    public long? ShmBytes { get; set; }

    /// <summary>Its share of busy disks beside other containers, 10 to 1000. Without it: 100.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public int? BlockIOWeight { get; set; }

    /// <summary>How fast it may use disks: '/dev/sda:read=10MB,write=5MB,readops=100,writeops=100', or parts of it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] BlockIO { get; set; } = [];

    /// <summary>When its log has so many bytes, it is begun anew, and as much again is kept of what was before. Without it: 16 MB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [ByteSize]
    public long? LogBytes { get; set; }

    /// <summary>When the agent starts it again: Never, OnFailure, Always, UnlessStopped or OnUnhealthy; after 0.1 s, and twice as long each time in a row, up to a minute.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public RestartPolicy? RestartPolicy { get; set; }

    /// <summary>How often in a row at most. Without it, or with 0: as often as it takes.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public int? RestartMaximum { get; set; }

    /// <summary>The containers that are started before it when the host has started; a ring of containers that wait for each other is refused.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] After { get; set; } = [];

    /// <summary>Lets a small init of the agent's be its first process: it starts the command, hands on to it the signals that the container gets, reaps the processes that others leave behind, and ends with the command's exit code.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public SwitchParameter Init { get; set; }

    /// <summary>Remove it when it has ended, or could not be started. Not together with a restart policy.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [Alias("Rm")]
    public SwitchParameter RemoveOnExit { get; set; }

    /// <summary>How it is asked whether it works, as a whole: see New-HealthCheck. In place of the other -Health parameters.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public HealthCheck? HealthCheck { get; set; }

    /// <summary>A command in it whose exit code must be 0; one string is run by /bin/sh.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] HealthCommand { get; set; } = [];

    /// <summary>A TCP port in it that must take a connection.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public int? HealthTcp { get; set; }

    /// <summary>An address such as http://127.0.0.1:8080/ready, asked from inside it, whose answer must be 200 to 399.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string? HealthHttp { get; set; }

    /// <summary>How long to wait between two questions, in seconds. Without it: 30.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public double? HealthIntervalSeconds { get; set; }

    /// <summary>How long an answer may take, in seconds. Without it: 30.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public double? HealthTimeoutSeconds { get; set; }

    /// <summary>How long after its start a failure does not count, in seconds. Without it: 0.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public double? HealthStartPeriodSeconds { get; set; }

    /// <summary>How many failures in a row make it unhealthy. Without it: 3.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public int? HealthRetries { get; set; }

    private HealthCheck? Health => HealthOf(HealthCheck, HealthParameters.CheckOf(HealthCommand, HealthTcp, HealthHttp, HealthIntervalSeconds, HealthTimeoutSeconds, HealthStartPeriodSeconds, HealthRetries));

    private ContainerIsolation IsolationOf()
    {
        if (System && Isolation is { } other && other != ContainerIsolation.System)
        {
            Refuse("InvalidIsolation", $"Cannot create a container that is a system container (-System) and has -Isolation {other}: one of both can be.", other, "New-Container -Isolation System");
        }

        return System ? ContainerIsolation.System : Isolation ?? ContainerIsolation.Application;
    }

    private NewContainer WithSettings(NewContainer request) => request with
    {
        Entrypoint = Entrypoint,
        UserNamespace = UserNamespace,
        Privileged = Privileged,
        Isolation = IsolationOf(),
        StopSignal = string.IsNullOrEmpty(StopSignal) ? null : StopSignal,
        StopTimeout = StopTimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Tmpfs = Tmpfs,
        Devices = Device,
        AddCapability = AddCapability,
        DropCapability = DropCapability,
        AllowNewPrivileges = AllowNewPrivileges,
        Ulimits = Ulimit,
        Sysctls = NameValuesAttribute.ToStrings(Sysctl),
        AdditionalGroups = AdditionalGroup,
        DnsOptions = DnsOption,
        ExtraHosts = ExtraHost,
        OutOfMemoryScore = OutOfMemoryScore ?? 0,
        CpuSet = string.IsNullOrEmpty(CpuSet) ? null : CpuSet,
        CpuShares = CpuShares is 0 ? null : CpuShares,
        SwapBytes = SwapBytes,
        ReservedMemoryBytes = ReservedMemoryBytes is 0 ? null : ReservedMemoryBytes,
        ShmBytes = ShmBytes is 0 ? null : ShmBytes,
        BlockIOWeight = BlockIOWeight is 0 ? null : BlockIOWeight,
        BlockIO = BlockIO,
        LogBytes = LogBytes is 0 ? null : LogBytes,
        RestartPolicy = RestartPolicy ?? Virt.RestartPolicy.Never,
        RestartMaximum = RestartMaximum ?? 0,
        After = After,
        Init = Init,
        RemoveOnExit = RemoveOnExit,
        Health = Health,
    };
}
