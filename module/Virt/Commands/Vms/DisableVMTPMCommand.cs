using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Takes the virtual TPM out of virtual machines.</summary>
/// <remarks>
/// The guest finds no TPM any more, and cannot open what it has sealed with it. The machine must be off. The TPM's state stays with the machine: Enable-VMTPM gives it the same TPM again.
/// </remarks>
/// <example>
/// <code>New-VM vault2 -Generation 2 -MemoryStartupBytes 256MB -NoVHD; Enable-VMTPM vault2; Disable-VMTPM vault2</code>
/// <para>Takes it out again.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Disable, "VMTPM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class DisableVMTPMCommand : VMChangeCommand
{
    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.DisableVMTPM, new DisableVMTPM { Id = target.Id, Name = target.Name }, PassThru);
}
