using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gets the memory of virtual machines.</summary>
/// <remarks>
/// StartupBytes is what a machine is started with the next time, AssignedBytes what it has now, AddedBytes how much of that has come while it ran; PendingChanges names what a machine that runs has not yet.
/// </remarks>
/// <example>
/// <code>Get-VMMemory web01</code>
/// <para>Shows the memory of a machine.</para>
/// </example>
/// <example>
/// <code>Get-VM | Get-VMMemory | Where-Object MaximumBytes -eq 0</code>
/// <para>Shows which machines cannot be given more while they run.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMMemory", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMMemory))]
public sealed class GetVMMemoryCommand : GetVMPartCommand<VMMemory>
{
    private protected override (VMMemory[] Items, ErrorInfo[] Errors) Find(HostCalls host, string[] names, Guid[] ids)
    {
        var found = host.Invoke(Methods.GetVMMemory, new GetVMMemory { Names = names, Ids = ids });
        return (found.Items, found.Errors);
    }
}
