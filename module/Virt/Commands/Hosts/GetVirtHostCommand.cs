using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Gets facts about hosts.</summary>
/// <remarks>Gives one object for each host: its system, processors, memory, virtualization and how much runs on it.</remarks>
/// <example>
/// <code>Get-VirtHost | Select-Object Name, AgentVersion, Accelerator, MemoryAvailableBytes</code>
/// <para>Shows some facts about this host.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VirtHost")]
[OutputType(typeof(VirtHost))]
public sealed class GetVirtHostCommand : VirtCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachHost(HostNames, host => Emit(host.Invoke(Methods.GetVirtHost, new GetVirtHost())));
}
