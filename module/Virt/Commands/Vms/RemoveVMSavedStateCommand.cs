using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Forgets the saved memory of virtual machines.</summary>
/// <remarks>
/// A machine that Save-VM has saved is off then, as after a power cut: what its guest had not written to its disk is gone. So it asks first.
/// </remarks>
/// <example>
/// <code>Save-VM web01; Remove-VMSavedState web01 -Confirm:$false</code>
/// <para>Forgets what was saved, without a question.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "VMSavedState", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(VM))]
public sealed class RemoveVMSavedStateCommand : VMChangeCommand
{
    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RemoveVMSavedState, new RemoveVMSavedState { Id = target.Id, Name = target.Name }, PassThru);
}
