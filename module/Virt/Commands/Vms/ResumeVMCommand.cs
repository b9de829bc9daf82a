using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Lets suspended virtual machines go on.</summary>
/// <remarks>
/// They go on where they stood still. Their clocks have stood still too; a guest with a time service finds out by itself.
/// </remarks>
/// <example>
/// <code>Suspend-VM web01; Resume-VM web01 -PassThru</code>
/// <para>Lets a machine go on, and shows it.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Resume, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class ResumeVMCommand : VMChangeCommand
{
    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.ResumeVM, new ResumeVM { Id = target.Id, Name = target.Name }, PassThru);
}
