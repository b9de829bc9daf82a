using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Puts containers into further networks, also while they run.</summary>
/// <remarks>
/// The container gets an adapter, eth1 and so on, with a hardware address and an address that its network keeps for it, and is found there by its name; it finds the members of all its networks by theirs. It keeps the adapter over
/// restarts. Published ports lead to its first network, and its default route does where that leads out. It passes nothing on from one network to the other, unless it is made with -Sysctl @{ 'net.ipv4.ip_forward' = '1' }.
/// </remarks>
/// <example>
/// <code>
/// New-VirtNetwork backend -Mode Isolated
/// Start-Container -Image starter -Name shop -Network lan -- httpd -f -p 80
/// Add-ContainerNetworkAdapter shop backend -PassThru
/// </code>
/// <para>Puts a web server into the network of its database too, from which nothing leads out.</para>
/// </example>
/// <example>
/// <code>
/// New-VirtNetwork dmz -Subnet 10.30.0.0/24
/// Add-ContainerNetworkAdapter shop -Network dmz -IPAddress 10.30.0.20
/// </code>
/// <para>Gives it an address of its choice there.</para>
/// </example>
[Cmdlet(VerbsCommon.Add, "ContainerNetworkAdapter", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(ContainerNetworkAdapter))]
public sealed class AddContainerNetworkAdapterCommand : ContainerOperandChangeCommand
{
    /// <summary>The names of containers; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ParameterSets.Piped)]
    [Alias("ContainerName")]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <summary>The network, one that New-VirtNetwork has made and that the container is not in.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    [Alias("SwitchName")]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public string Network { get; set; } = "";

    /// <summary>Its address in the network, or one of each family; where it is left away, a free one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] IPAddress { get; set; } = [];

    /// <summary>Write the adapter.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => Network = One(words);

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.AddContainerNetworkAdapter,
        new AddContainerNetworkAdapter { ContainerId = target.Id, ContainerName = target.Name, Network = Network, IPAddresses = IsWanted(nameof(IPAddress)) ? IPAddress : [] },
        PassThru);
}
