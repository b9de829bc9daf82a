using System;
using System.Collections;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <content>What goes beyond the plain parameters.</content>
public sealed partial class SetContainerCommand
{
    /// <summary>Memory that is left to it while the host has others to take from; 0: none. While it runs, as the rest down to -HealthRetries.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long ReservedMemoryBytes { get; set; }

    /// <summary>Its share of busy disks beside other containers, 10 to 1000; 0: 100. Where the host has cgroups of version 1, one that was started without limits of disks is started anew for it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int BlockIOWeight { get; set; }

    /// <summary>All limits of disks, as for New-Container; @(): none. With the same exception.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] BlockIO { get; set; } = [];

    /// <summary>All limits of each process: 'nofile=1024' or 'nofile=1024:4096'; @(): none. Every process that runs gets them at once, and each that comes; a system container and one in a virtual machine of its own are started anew, and every one where the host's agent may lower limits but not raise them (without CAP_SYS_RESOURCE).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] Ulimit { get; set; } = [];

    /// <summary>-1000 (never ended) to 1000 (ended first) when the host runs out of memory. Every process that runs gets it at once, with the same exceptions.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int OutOfMemoryScore { get; set; }

    /// <summary>Whether it is removed when it has ended.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Rm")]
    public bool RemoveOnExit { get; set; }

    /// <summary>How it is asked whether it works, as a whole: see New-HealthCheck; $null: not at all. In place of the other -Health parameters.</summary>
    [Parameter]
    [AllowNull]
    public HealthCheck? HealthCheck { get; set; }

    /// <summary>A command in it whose exit code must be 0; one string is run by /bin/sh. With -HealthTcp and -HealthHttp it takes the place of all that was asked; @(): it is not asked.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] HealthCommand { get; set; } = [];

    /// <summary>A TCP port in it that must take a connection; 0: none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int HealthTcp { get; set; }

    /// <summary>An address such as http://127.0.0.1:8080/ready, asked from inside it, whose answer must be 200 to 399; '': none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string HealthHttp { get; set; } = "";

    /// <summary>How long to wait between two questions, in seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public double HealthIntervalSeconds { get; set; }

    /// <summary>How long an answer may take, in seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public double HealthTimeoutSeconds { get; set; }

    /// <summary>How long after its start, or after this change, a failure does not count, in seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public double HealthStartPeriodSeconds { get; set; }

    /// <summary>How many failures in a row make it unhealthy.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int HealthRetries { get; set; }

    /// <summary>The program and its first arguments, before -Command; without -Command nothing comes after it. It is started anew, as for all that follow.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] Entrypoint { get; set; } = [];

    /// <summary>All places in memory, as for New-Container; @(): none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] Tmpfs { get; set; } = [];

    /// <summary>All devices of the host that it may use, as for New-Container; @(): none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] Device { get; set; } = [];

    /// <summary>All capabilities beyond the usual ones; @(): none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] AddCapability { get; set; } = [];

    /// <summary>All of the usual capabilities that it shall not have, or ALL; @(): none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] DropCapability { get; set; } = [];

    /// <summary>Whether what confines it is given up, as New-Container -Privileged does it; whose ids it has stays what it is.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public bool Privileged { get; set; }

    /// <summary>Whether programs with a set-user-id bit, such as sudo, have its rights.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public bool AllowNewPrivileges { get; set; }

    /// <summary>All kernel settings of its own namespaces, as @{ 'net.core.somaxconn' = '1024' }; @{}: none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NameValues]
    public IDictionary? Sysctl { get; set; }

    /// <summary>All further groups of its user, names or numbers; @(): none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] AdditionalGroup { get; set; } = [];

    /// <summary>Another network, or none, or host. Into a network the ports that it publishes come with it; in none and host it has none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public string Network { get; set; } = "";

    /// <summary>Its address in that other network, or one of each family. Without it: a free one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] IPAddress { get; set; } = [];

    /// <summary>All addresses of name servers that are asked in place of the host's own; @(): the host's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] Dns { get; set; } = [];

    /// <summary>All domains in which short names are looked for; @(): none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] DnsSearch { get; set; } = [];

    /// <summary>All options of its resolver, as resolv.conf(5) has them; @(): none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] DnsOption { get; set; } = [];

    /// <summary>All further names that it knows, as 'db:10.0.0.7'; @(): none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] ExtraHost { get; set; } = [];

    /// <summary>The size of its /dev/shm; 0: 64 MB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long ShmBytes { get; set; }

    /// <summary>When its log has so many bytes, it is begun anew; 0: 16 MB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long LogBytes { get; set; }

    /// <summary>Whether a small init of the agent's is its first process.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public bool Init { get; set; }

    private SetContainer WithHealth(SetContainer request)
    {
        var parts = request with
        {
            HealthCommand = IsWanted(nameof(HealthCommand)) ? HealthParameters.Words(HealthCommand) : null,
            HealthTcp = IsWanted(nameof(HealthTcp)) ? HealthTcp : null,
            HealthHttp = IsWanted(nameof(HealthHttp)) ? HealthHttp : null,
            HealthInterval = IsWanted(nameof(HealthIntervalSeconds)) ? TimeSpan.FromSeconds(HealthIntervalSeconds) : null,
            HealthTimeout = IsWanted(nameof(HealthTimeoutSeconds)) ? TimeSpan.FromSeconds(HealthTimeoutSeconds) : null,
            HealthStartPeriod = IsWanted(nameof(HealthStartPeriodSeconds)) ? TimeSpan.FromSeconds(HealthStartPeriodSeconds) : null,
            HealthRetries = IsWanted(nameof(HealthRetries)) ? HealthRetries : null,
        };
        if (!IsWanted(nameof(HealthCheck)))
        {
            return parts;
        }

        HealthParameters.RequireOne(isWhole: true, parts != request);
        var whole = HealthParameters.ChangeTo(HealthCheck);
        return request with
        {
            HealthCommand = whole.Command,
            HealthTcp = whole.TcpPort,
            HealthHttp = whole.HttpUrl,
            HealthInterval = whole.Interval,
            HealthTimeout = whole.ProbeTimeout,
            HealthStartPeriod = whole.StartPeriod,
            HealthRetries = whole.Retries,
        };
    }

    private SetContainer WithSettings(SetContainer request) => WithHealth(request) with
    {
        ReservedMemoryBytes = IsWanted(nameof(ReservedMemoryBytes)) ? ReservedMemoryBytes : null,
        BlockIOWeight = IsWanted(nameof(BlockIOWeight)) ? BlockIOWeight : null,
        BlockIO = IsWanted(nameof(BlockIO)) ? BlockIO : null,
        RemoveOnExit = IsWanted(nameof(RemoveOnExit)) ? RemoveOnExit : null,
        Entrypoint = IsWanted(nameof(Entrypoint)) ? Entrypoint : null,
        Tmpfs = IsWanted(nameof(Tmpfs)) ? Tmpfs : null,
        Devices = IsWanted(nameof(Device)) ? Device : null,
        AddCapability = IsWanted(nameof(AddCapability)) ? AddCapability : null,
        DropCapability = IsWanted(nameof(DropCapability)) ? DropCapability : null,
        Privileged = IsWanted(nameof(Privileged)) ? Privileged : null,
        AllowNewPrivileges = IsWanted(nameof(AllowNewPrivileges)) ? AllowNewPrivileges : null,
        Ulimits = IsWanted(nameof(Ulimit)) ? Ulimit : null,
        Sysctls = IsWanted(nameof(Sysctl)) ? NameValuesAttribute.ToStrings(Sysctl) : null,
        AdditionalGroups = IsWanted(nameof(AdditionalGroup)) ? AdditionalGroup : null,
        Network = IsWanted(nameof(Network)) ? Network : null,
        IPAddresses = IsWanted(nameof(IPAddress)) ? IPAddress : null,
        Dns = IsWanted(nameof(Dns)) ? Dns : null,
        DnsSearch = IsWanted(nameof(DnsSearch)) ? DnsSearch : null,
        DnsOptions = IsWanted(nameof(DnsOption)) ? DnsOption : null,
        ExtraHosts = IsWanted(nameof(ExtraHost)) ? ExtraHost : null,
        OutOfMemoryScore = IsWanted(nameof(OutOfMemoryScore)) ? OutOfMemoryScore : null,
        ShmBytes = IsWanted(nameof(ShmBytes)) ? ShmBytes : null,
        LogBytes = IsWanted(nameof(LogBytes)) ? LogBytes : null,
        Init = IsWanted(nameof(Init)) ? Init : null,
    };
}
