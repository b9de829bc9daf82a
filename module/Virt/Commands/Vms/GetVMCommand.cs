using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets virtual machines.</summary>
/// <remarks>
/// Gives the virtual machines of a host as they are now: all of them, or those of the names, ids or objects given. A name without wildcards that
/// does not exist is an error that names the nearest one; a pattern that matches nothing gives nothing. Of one that runs, CpuPercent says how busy it was since the agent was last asked, in percent of one CPU, and UsedMemoryBytes how much memory
/// of the host it uses; ProcessorCount and MemoryBytes are what its guest has. Measure-VM measures over a time of your choice.
/// </remarks>
/// <example>
/// <code>Get-VM</code>
/// <para>Shows every virtual machine of this host.</para>
/// </example>
/// <example>
/// <code>Get-VM web* | Where-Object State -eq Running</code>
/// <para>Shows those that run among the virtual machines whose names begin with web.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VM", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VM))]
public sealed class GetVMCommand : VMTargetCommand
{
    /// <summary>The names of virtual machines; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachFound(Emit);
}
