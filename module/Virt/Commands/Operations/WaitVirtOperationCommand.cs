using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Waits until operations have ended.</summary>
/// <remarks>Shows the progress of an operation, and writes it when it has ended. One that failed is an error too, the very one that it failed with.</remarks>
/// <example>
/// <code>Get-VirtOperation -Running | Wait-VirtOperation -TimeoutSeconds 60</code>
/// <para>Waits for everything that goes on now.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Wait, "VirtOperation", DefaultParameterSetName = ParameterSets.Id)]
[OutputType(typeof(VirtOperation))]
public sealed class WaitVirtOperationCommand : OperationTargetCommand
{
    /// <summary>How long to wait, in seconds; 0: for ever.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSeconds { get; set; }

    private protected override void Act(HostCalls host, Target target)
    {
        var ended = host.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = target.Id, Timeout = Seconds(TimeoutSeconds) });
        Emit(ended.Operation);
        if (ended.Error is not null)
        {
            Report(new VirtException(ended.Error), target.Input);
        }
    }
}
