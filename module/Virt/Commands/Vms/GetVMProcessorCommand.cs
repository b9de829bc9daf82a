using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

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
public sealed class GetVMProcessorCommand : GetVMPartCommand<VMProcessor>
{
    private protected override (VMProcessor[] Items, ErrorInfo[] Errors) Find(HostCalls host, string[] names, Guid[] ids)
    {
        var found = host.Invoke(Methods.GetVMProcessor, new GetVMProcessor { Names = names, Ids = ids });
        return (found.Items, found.Errors);
    }
}
