using System;
using System.Linq;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Gets the processors of virtual machines.</summary>
/// <remarks>
/// Gives count, model and topology as they are from each machine's next start on; PendingChanges names what a machine that runs has not yet.
/// </remarks>
/// <example>
/// <code>Get-VMProcessor web01</code>
/// <para>Shows the processors of a machine.</para>
/// </example>
/// <example>
/// <code>Get-VM | Get-VMProcessor | Where-Object Model -eq Host</code>
/// <para>Shows which machines have all that their host has, and so can move live only to a host that has no less.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMProcessor", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMProcessor))]
public sealed class GetVMProcessorCommand : VMTargetCommand
{
    /// <summary>The names of virtual machines; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Alias("VMName")]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject.Length == 0)
        {
            Show(HostNames, Name, Id);
        }

        foreach (var group in InputObject.ToLookup(item => (item.ComputerName, item.Id != Guid.Empty)))
        {
            Show(group.Key.ComputerName.Length > 0 ? [group.Key.ComputerName] : HostNames, group.Key.Item2 ? [] : [.. group.Select(item => item.Name)], group.Key.Item2 ? [.. group.Select(item => item.Id)] : []);
        }
    }

    private void Show(string[] hosts, string[] names, Guid[] ids) => ForEachHost(hosts, host =>
    {
        var found = host.Invoke(Methods.GetVMProcessor, new GetVMProcessor { Names = names, Ids = ids });
        Array.ForEach(found.Items, Emit);
        Report(found.Errors);
    });
}
