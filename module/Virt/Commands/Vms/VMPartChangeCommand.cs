using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that change parts of virtual machines, or add one: the machine's name is -VMName too.</summary>
public abstract class VMPartChangeCommand : VMChangeCommand
{
    /// <summary>The names of virtual machines; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Alias("VMName")]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public override string[] Name { get; set; } = [];
}
