using System.Collections;
using System.Linq;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Registries;

namespace Virt.Commands;

/// <summary>The base of cmdlets that make containers: everything that a container can be told, flat, under docker run's meanings.</summary>
public abstract partial class ContainerSpecCommand : TargetCommand<Container>
{
    /// <summary>The image, as Get-ContainerImage lists them.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [ArgumentCompleter(typeof(ContainerImageCompleter))]
    public string Image { get; set; } = "";

    /// <summary>
    /// When the image is fetched from its registry first, as Save-ContainerImage does: Missing, where it is not on the host, or Always. The registry is shown what docker
    /// login has written in your home folder. Without it: never.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public ContainerPull? Pull { get; set; }

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
    [ByteSize]
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
    /// Volumes, and folders, files and sockets of the host that it sees, as 'name:/inside', '/host/folder:/inside' or '/host/file:/inside/file', with ':ro' behind it where it may only read. The volume or
    /// what is the host's must be there; the place inside is made where it is missing. A new volume gets what the image has at its place, with owner and permissions, unless ':nocopy' stands behind it. On a host with SELinux a container is refused the host's files until they are labelled for it: ':z' does
    /// that for all containers, ':Z' for this one alone (':ro,z' with both); elsewhere they do nothing. A volume made by New-VirtVolume needs neither.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] Volume { get; set; } = [];

    /// <summary>
    /// A network that New-VirtNetwork has made; or none: nothing but loopback; or host: the host's own, with all its addresses and ports. Without it: none. Several that New-VirtNetwork has made: it is in each, by an adapter of its
    /// own; published ports lead to the first, and the default route does where that leads out.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public string[] Network { get; set; } = [];

    /// <summary>Its address in the network, or one of each family; in several networks one of each. Without it: a free one. It is kept for the container's life.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] IPAddress { get; set; } = [];

    /// <summary>
    /// Ports of the host that lead to it while it runs, as '8080:80', '127.0.0.1:8080:80', '5353:53/udp' or '8000-8010:8000-8010'. What the host's firewall refuses
    /// to let pass through the host stays refused.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] Publish { get; set; } = [];

    /// <summary>Who may come to its published ports: addresses and subnets such as 10.0.0.0/8. Without it: anybody. The host itself always may.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] AllowFrom { get; set; } = [];

    /// <summary>Addresses of name servers that are asked for what the network does not know, in place of the host's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] Dns { get; set; } = [];

    /// <summary>Domains in which short names are looked for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public string[] DnsSearch { get; set; } = [];

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
        Network = Network.FirstOrDefault() ?? "",
        AdditionalNetworks = [.. Network.Skip(1)],
        IPAddresses = IPAddress,
        Publish = Publish,
        AllowFrom = AllowFrom,
        Dns = Dns,
        DnsSearch = DnsSearch,
        Pull = Pull ?? ContainerPull.Never,
        PullCredential = Pull is null or ContainerPull.Never ? null : new RegistryLogins(WriteWarning, Cancellation).Find(RegistryName.Of(Image), null),
    });
}
