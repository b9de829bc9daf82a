using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets the network adapters of containers.</summary>
/// <remarks>
/// Gives each adapter with its network, its hardware address and the addresses that its network keeps for it. eth0 is the first one, to which the container's published ports lead; the others are those of Add-ContainerNetworkAdapter,
/// and of New-Container where it names several networks. A container in the networks none and host has none.
/// </remarks>
/// <example>
/// <code>Get-ContainerNetworkAdapter web</code>
/// <para>Shows the network adapters of a container.</para>
/// </example>
/// <example>
/// <code>Get-Container | Get-ContainerNetworkAdapter | Where-Object Network -eq lan</code>
/// <para>Shows which containers are in a network.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "ContainerNetworkAdapter", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(ContainerNetworkAdapter))]
public sealed class GetContainerNetworkAdapterCommand : ContainerNetworkAdapterTargetCommand
{
    private const string OfContainer = "Container";

    /// <summary>The names of containers; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public override string[] ContainerName { get; set; } = [];

    /// <summary>Containers, as Get-Container gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OfContainer)]
    [Kind(typeof(Container))]
    public Container[] Container { get; set; } = [];

    /// <summary>The names of adapters, such as eth1; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 1, ParameterSetName = ParameterSets.Name)]
    [Parameter(ParameterSetName = OfContainer)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerNetworkAdapterNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ParameterSets.InputObject)
        {
            ForEachFound(Emit);
        }
        else if (ParameterSetName == OfContainer)
        {
            ForEachOwner(Container, Nouns.Container);
        }
        else
        {
            base.ProcessRecord();
        }
    }
}
