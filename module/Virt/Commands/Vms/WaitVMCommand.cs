using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Waits until virtual machines have come to a condition.</summary>
/// <remarks>Returns as soon as the condition holds. When the time is over, the error says what was awaited and why it did not come.</remarks>
/// <example>
/// <code>Wait-VM web01 -For GuestAgent -TimeoutSeconds 120</code>
/// <para>Waits until the guest agent of a machine answers.</para>
/// </example>
/// <example>
/// <code>Get-VM web01 | Wait-VM -For Running -PassThru</code>
/// <para>Waits until a machine runs, and shows it.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Wait, "VM", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VM))]
public sealed class WaitVMCommand : VMTargetCommand
{
    /// <summary>What to wait for.</summary>
    [Parameter]
    public WaitCondition For { get; set; } = WaitCondition.GuestAgent;

    /// <summary>The TCP port of -For Port.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>How long to wait, in seconds; 0: for ever.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RequirePort(For, Port);
    }

    private protected override void Act(HostCalls host, Target target)
    {
        var vm = host.Invoke(Methods.WaitVM, new WaitVM { Id = target.Id, Name = target.Name, For = For, Port = Port, Timeout = Seconds(TimeoutSeconds) });
        Emit(PassThru ? vm : null);
    }
}
