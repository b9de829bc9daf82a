using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Restarts virtual machines.</summary>
/// <remarks>
/// Asks the guest to shut down, through its guest agent or ACPI, waits until it has, and starts the machine anew: with what Set-VM has left for its next start. A guest that does not shut down in time is an error, and runs on. One that does not run is started; what would keep it from starting is looked at before it is stopped. With -Wait it returns when the machine has come to what -For names.
/// </remarks>
/// <example>
/// <code>Restart-VM web01 -TimeoutSeconds 120</code>
/// <para>Restarts a machine, and gives its guest two minutes to shut down.</para>
/// </example>
/// <example>
/// <code>Restart-VM web01 -Wait -For GuestAgent -TimeoutSeconds 180 -PassThru</code>
/// <para>Restarts a machine, waits until its guest agent answers again, and shows the machine.</para>
/// </example>
/// <example>
/// <code>Get-VM web* | Where-Object PendingChanges | Restart-VM -WhatIf</code>
/// <para>Shows which machines would be restarted because something waits for their next start.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Restart, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class RestartVMCommand : VMStartingCommand
{
    /// <summary>Pull the plug. The guest loses what it has not written.</summary>
    [Parameter]
    public SwitchParameter TurnOff { get; set; }

    /// <summary>How long the guest may take to shut down, in seconds; and with -Wait, how long after that to come to what -For names.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int TimeoutSeconds { get; set; } = 60;

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.RestartVM,
        new RestartVM { Id = target.Id, Name = target.Name, TurnOff = TurnOff, Timeout = Seconds(TimeoutSeconds) },
        PassThru,
        (calls, vm) => WaitFor(calls, vm, TimeoutSeconds));
}
