using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Saves running virtual machines to the disk.</summary>
/// <remarks>
/// The guest's memory is written to the host's disk while it stands still, and its QEMU ends: it takes nothing of the host but disk, also over the host's restart. Start-VM goes on from there. Where saving fails, the guest goes on. Remove-VMSavedState forgets what was saved.
/// </remarks>
/// <example>
/// <code>Save-VM web01; Start-VM web01</code>
/// <para>Saves a machine, and lets it go on with everything that it had in memory.</para>
/// </example>
/// <example>
/// <code>Get-VM | Where-Object State -eq Running | Save-VM -WhatIf</code>
/// <para>Shows which machines would be saved.</para>
/// </example>
[Cmdlet(VerbsData.Save, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class SaveVMCommand : VMChangeCommand
{
    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.SaveVM, new SaveVM { Id = target.Id, Name = target.Name }, PassThru);
}
