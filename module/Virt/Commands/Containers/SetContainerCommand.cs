using System.Collections;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Changes containers.</summary>
/// <remarks>
/// Limits, those of each process (-Ulimit) and the score when memory runs out too, labels, published ports, volumes, the restart policy, the health check, and the stop signal and its time change while the container runs. For everything else, and for a volume
/// that goes while something in the container uses it, a running container is started anew, under the same id and name and with all that it has written; a warning says so, and -WhatIf says beforehand which of both it would be. Whether
/// the program and the user are there is looked at before it is stopped. Where it cannot be started that way, it is started as it was, and the error says so; given up by Ctrl+C before it has ended, it runs on as it was. One that is suspended is never started anew: that is an error. What is not given stays as it is; what is a list or a table takes the place of the whole of it.
/// Its image, its isolation and whose ids it has are for its life, its address for its life in a network: make another one, which may see the same volumes.
/// </remarks>
/// <example>
/// <code>Set-Container web -MemoryBytes 128MB -CpuCount 0.5</code>
/// <para>Limits a running container.</para>
/// </example>
/// <example>
/// <code>Set-Container job -Environment @{ LEVEL = 'debug' } -PassThru</code>
/// <para>Gives a container other variables, over those of its image; if it runs, it is started anew.</para>
/// </example>
/// <example>
/// <code>Set-Container web -Volume /srv:/data:ro, db:/db</code>
/// <para>Shows a running container a folder of the host and a volume, in place of those that it saw.</para>
/// </example>
/// <example>
/// <code>Set-Container web -Ulimit nofile=4096:8192 -OutOfMemoryScore 500</code>
/// <para>Gives every process of a running container other limits, and lets the host end it before others when memory runs out.</para>
/// </example>
/// <example>
/// <code>Set-Container web -Tmpfs /scratch:size=64m -WhatIf</code>
/// <para>Says whether the container would be changed while it runs or started anew, and changes nothing.</para>
/// </example>
/// <example>
/// <code>Set-Container web -HealthTcp 80 -HealthIntervalSeconds 5</code>
/// <para>Asks a container that runs from now on in another way whether it works.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "Container", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed partial class SetContainerCommand : ContainerChangeCommand
{
    /// <summary>At most so much memory; 0: no limit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long MemoryBytes { get; set; }

    /// <summary>Swap beyond -MemoryBytes; 0: none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long SwapBytes { get; set; }

    /// <summary>At most so many CPUs; 0: no limit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public double CpuCount { get; set; }

    /// <summary>Its share of busy CPUs beside other containers, 2 to 262144; 0: 1024.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int CpuShares { get; set; }

    /// <summary>Which CPUs it may use, such as 0-1,3; '': all.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string CpuSet { get; set; } = "";

    /// <summary>At most so many processes; 0: no limit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public long ProcessCount { get; set; }

    /// <summary>All your own names and values on it, as @{ Name = 'value' } or 'Name=value', in place of those given before and over those of its image; @{}: only the image's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NameValues]
    public IDictionary? Labels { get; set; }

    /// <summary>The signal that asks it to end.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string StopSignal { get; set; } = "";

    /// <summary>How long it may take to end before it is killed, in seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int StopTimeoutSeconds { get; set; }

    /// <summary>When the agent starts it again.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public RestartPolicy RestartPolicy { get; set; }

    /// <summary>How often in a row at most; 0: as often as it takes.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int RestartMaximum { get; set; }

    /// <summary>The containers that are started before it when the host has started; a ring of containers that wait for each other is refused.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] After { get; set; } = [];

    /// <summary>All ports of the host that lead to it, as for New-Container; @(): none, and -AllowFrom is kept for those that it gets later. What stays is not interrupted.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] Publish { get; set; } = [];

    /// <summary>All addresses and subnets from which its published ports can be reached; @(): any.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] AllowFrom { get; set; } = [];

    /// <summary>All volumes, and folders and files of the host, that it sees, as for New-Container; @(): none. They come and go while it runs; where something uses one that goes, or one that stays lies below it, the container is started anew.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] Volume { get; set; } = [];

    /// <summary>The program to run and its arguments. It is started anew, as for all that follow.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] Command { get; set; } = [];

    /// <summary>All variables that it is given, as @{ Name = 'value' } or 'Name=value', in place of those given before and over those of its image; @{}: only the image's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NameValues]
    public IDictionary? Environment { get; set; }

    /// <summary>The folder that it begins in.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string WorkingDirectory { get; set; } = "";

    /// <summary>Who runs it; '': root.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string User { get; set; } = "";

    /// <summary>Its host name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string HostName { get; set; } = "";

    /// <summary>Whether its root cannot be written.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public bool ReadOnly { get; set; }

    /// <summary>Write the container.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target)
    {
        var request = WithSettings(Request(target));
        Change(host, target, Methods.SetContainer, request, PassThru, Follow, static container => container.Status);

        object Follow(HostCalls calls, Container container)
        {
            if (container.Status.Length > 0 && container.State == ContainerState.Running)
            {
                Warn($"Container '{container.Name}': {container.Status}");
            }

            return WarnOfMissing(calls, container, IsWanted(nameof(After)) ? After : []);
        }
    }

    private SetContainer Request(Target target) => new()
    {
        Id = target.Id,
        Name = target.Name,
        MemoryBytes = IsWanted(nameof(MemoryBytes)) ? MemoryBytes : null,
        SwapBytes = IsWanted(nameof(SwapBytes)) ? SwapBytes : null,
        CpuCount = IsWanted(nameof(CpuCount)) ? CpuCount : null,
        CpuShares = IsWanted(nameof(CpuShares)) ? CpuShares : null,
        CpuSet = IsWanted(nameof(CpuSet)) ? CpuSet : null,
        ProcessCount = IsWanted(nameof(ProcessCount)) ? ProcessCount : null,
        Labels = IsWanted(nameof(Labels)) ? NameValuesAttribute.ToStrings(Labels) : null,
        StopSignal = IsWanted(nameof(StopSignal)) ? StopSignal : null,
        StopTimeout = IsWanted(nameof(StopTimeoutSeconds)) ? Seconds(StopTimeoutSeconds) : null,
        RestartPolicy = IsWanted(nameof(RestartPolicy)) ? RestartPolicy : null,
        RestartMaximum = IsWanted(nameof(RestartMaximum)) ? RestartMaximum : null,
        After = IsWanted(nameof(After)) ? After : null,
        Publish = IsWanted(nameof(Publish)) ? Publish : null,
        AllowFrom = IsWanted(nameof(AllowFrom)) ? AllowFrom : null,
        Command = IsWanted(nameof(Command)) ? Command : null,
        Environment = IsWanted(nameof(Environment)) ? NameValuesAttribute.ToStrings(Environment) : null,
        WorkingDirectory = IsWanted(nameof(WorkingDirectory)) ? WorkingDirectory : null,
        User = IsWanted(nameof(User)) ? User : null,
        HostName = IsWanted(nameof(HostName)) ? HostName : null,
        ReadOnly = IsWanted(nameof(ReadOnly)) ? ReadOnly : null,
        Volumes = IsWanted(nameof(Volume)) ? Volume : null,
    };
}
