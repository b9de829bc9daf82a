using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Lets virtual machines stand still.</summary>
/// <remarks>
/// The guest's processors stop where they are and its memory stays; no process in it notices. Resume-VM lets it go on. To take nothing of the host meanwhile but disk: Save-VM.
/// </remarks>
/// <example>
/// <code>Suspend-VM web01; Resume-VM web01</code>
/// <para>Lets a machine stand still, and go on.</para>
/// </example>
/// <example>
/// <code>Get-VM web* | Where-Object State -eq Running | Suspend-VM -WhatIf</code>
/// <para>Shows which machines would stand still.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Suspend, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class SuspendVMCommand : VMChangeCommand
{
    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.SuspendVM, new SuspendVM { Id = target.Id, Name = target.Name }, PassThru);
}
