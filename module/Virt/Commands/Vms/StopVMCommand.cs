using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Stops virtual machines.</summary>
/// <remarks>
/// Asks the guest to shut down, through its guest agent or ACPI, and waits until it has. A guest that does not in time is an error, and runs on;
/// -TurnOff pulls the plug instead. The button of a guest without an agent is pressed again every five seconds, and a machine that is off already is left as it is.
/// </remarks>
/// <example>
/// <code>Stop-VM web01 -TimeoutSeconds 120</code>
/// <para>Shuts a guest down, and gives it two minutes for that.</para>
/// </example>
/// <example>
/// <code>Get-VM web* | Where-Object State -eq Running | Stop-VM -TurnOff</code>
/// <para>Turns off every running machine whose name begins with web.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Stop, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class StopVMCommand : VMChangeCommand
{
    /// <summary>Pull the plug. The guest loses what it has not written.</summary>
    [Parameter]
    public SwitchParameter TurnOff { get; set; }

    /// <summary>Do not ask, whatever $ConfirmPreference says.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How long the guest may take, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool IsForced => Force;

    private protected override void Act(HostCalls host, Target target) => Change(
        host, target, Methods.StopVM, new StopVM { Id = target.Id, Name = target.Name, TurnOff = TurnOff, Timeout = Seconds(TimeoutSeconds) }, PassThru);
}
