using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets the network adapters of virtual machines.</summary>
/// <remarks>
/// Gives each adapter with its network, its hardware address and the addresses that its network keeps for it; what the guest has made of them says Get-VMGuest. nic0 is the one that the
/// machine was made with.
/// </remarks>
/// <example>
/// <code>Get-VMNetworkAdapter web01</code>
/// <para>Shows the network adapters of a machine.</para>
/// </example>
/// <example>
/// <code>Get-VM | Get-VMNetworkAdapter | Where-Object Network -eq lan</code>
/// <para>Shows who is in a network.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMNetworkAdapter", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMNetworkAdapter))]
public sealed class GetVMNetworkAdapterCommand : VMNetworkAdapterTargetCommand
{
    private const string Machine = "VM";

    /// <summary>The names of machines; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public override string[] VMName { get; set; } = [];

    /// <summary>Machines, as Get-VM gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = Machine)]
    [Kind(typeof(VM))]
    public VM[] VM { get; set; } = [];

    /// <summary>The names of adapters, such as nic1; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 1, ParameterSetName = ParameterSets.Name)]
    [Parameter(ParameterSetName = Machine)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNetworkAdapterNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ParameterSets.InputObject)
        {
            ForEachFound(Emit);
        }
        else if (ParameterSetName == Machine)
        {
            ForEachOwner(VM, Nouns.VM);
        }
        else
        {
            base.ProcessRecord();
        }
    }
}
