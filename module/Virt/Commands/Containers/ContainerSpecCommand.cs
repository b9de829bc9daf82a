using System.Collections;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>The base of cmdlets that make containers: everything that a container can be told, flat, under docker run's meanings.</summary>
public abstract partial class ContainerSpecCommand : TargetCommand<Container>
{
    /// <summary>The image, as Get-ContainerImage lists them.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [ArgumentCompleter(typeof(ContainerImageCompleter))]
    public string Image { get; set; } = "";

    /// <summary>The program to run and its arguments, also as the rest of the line: -- sleep 60. Without it: the image's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ValueFromRemainingArguments = true, ParameterSetName = ParameterSets.Image)]
    public string[] Command { get; set; } = [];

    /// <summary>Variables, as @{ Name = 'value' } or 'Name=value', over the image's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [NameValues]
    public IDictionary? Environment { get; set; }

    /// <summary>The folder that it begins in, an absolute path. Without it: the image's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string? WorkingDirectory { get; set; }

    /// <summary>Who runs it: uid, uid:gid or names from the image. Without it: root, without root's rights over the host.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string? User { get; set; }

    /// <summary>Its host name. Without it: its name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string? HostName { get; set; }

    /// <summary>At most so much memory, such as 512MB; 4MB at least. Without it: no limit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public long? MemoryBytes { get; set; }

    /// <summary>At most so many CPUs, such as 0.5; 0.01 at least. Without it: no limit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public double? CpuCount { get; set; }

    /// <summary>At most so many processes. Without it: no limit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public long? ProcessCount { get; set; }

    /// <summary>Its root cannot be written.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public SwitchParameter ReadOnly { get; set; }

    /// <summary>Your own names and values on it, as @{ Name = 'value' } or 'Name=value'.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [NameValues]
    public IDictionary? Labels { get; set; }

    /// <summary>
    /// Folders of the host that it sees, as '/host/folder:/inside', with ':ro' behind it where it may only read. The host's folder must be there; the place
    /// inside is made where it is missing.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] Volume { get; set; } = [];

    /// <summary>none: a network of its own with nothing but loopback; host: the host's own, with all its addresses and ports. Without it: none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [ArgumentCompleter(typeof(ContainerNetworkCompleter))]
    public string? Network { get; set; }

    /// <summary>Go on as a job, over an operation that Get-VirtOperation shows in every session. Stop-Job cancels it on the host.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private protected override Noun<Container> Noun => Nouns.Container;

    /// <summary>The request that these parameters make.</summary>
    private protected NewContainer Spec(string? name) => WithSettings(new NewContainer
    {
        Name = string.IsNullOrEmpty(name) ? null : name,
        Image = Image,
        Command = Command,
        Environment = NameValuesAttribute.ToStrings(Environment),
        WorkingDirectory = string.IsNullOrEmpty(WorkingDirectory) ? null : WorkingDirectory,
        User = string.IsNullOrEmpty(User) ? null : User,
        HostName = string.IsNullOrEmpty(HostName) ? null : HostName,
        MemoryBytes = MemoryBytes is 0 ? null : MemoryBytes,
        CpuCount = CpuCount is 0 ? null : CpuCount,
        ProcessCount = ProcessCount is 0 ? null : ProcessCount,
        ReadOnly = ReadOnly,
        Labels = NameValuesAttribute.ToStrings(Labels),
        Volumes = Volume,
        Network = Network ?? "",
    });
}
