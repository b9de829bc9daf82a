using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that show drives: of machines that are named or piped, or of all.</summary>
public abstract class GetVMDriveCommand : VMDriveTargetCommand
{
    private protected const string Machine = "VM";

    /// <summary>The names of machines; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public override string[] VMName { get; set; } = [];

    /// <summary>Machines, as Get-VM gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = Machine)]
    [Kind(typeof(VM))]
    public VM[] VM { get; set; } = [];

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
