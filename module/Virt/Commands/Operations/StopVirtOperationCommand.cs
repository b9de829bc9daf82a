using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Cancels operations.</summary>
/// <remarks>Cancels an operation and waits until it has ended. What it had half done is undone.</remarks>
/// <example>
/// <code>Get-VirtOperation -Running | Stop-VirtOperation</code>
/// <para>Cancels everything that goes on now.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Stop, "VirtOperation", DefaultParameterSetName = ParameterSets.Id, SupportsShouldProcess = true)]
[OutputType(typeof(VirtOperation))]
public sealed class StopVirtOperationCommand : OperationTargetCommand
{
    /// <summary>Write the operation.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target)
    {
        if (MayChange(host, target, () => Require(host, target)))
        {
            var operation = host.Invoke(Methods.StopVirtOperation, new StopVirtOperation { Id = target.Id });
            Emit(PassThru ? operation : null);
        }
    }
}
