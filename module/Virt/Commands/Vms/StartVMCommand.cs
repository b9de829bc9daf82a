using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Starts virtual machines.</summary>
/// <remarks>Starts machines that are stopped and lets paused ones go on; one that runs already is left as it is. With -Wait it returns when the machine has come to what -For names.</remarks>
/// <example>
/// <code>Start-VM web01 -Wait -For GuestAgent -TimeoutSeconds 120 -PassThru</code>
/// <para>Starts a machine, waits until its guest agent answers, and shows the machine.</para>
/// </example>
/// <example>
/// <code>Get-VM web* | Where-Object State -eq Stopped | Start-VM -WhatIf</code>
/// <para>Says which machines would be started, after the host has checked that they could be.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Start, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class StartVMCommand : VMStartingCommand
{
    /// <summary>How long to wait, in seconds; 0: for ever.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSeconds { get; set; } = 60;

    private protected override void Act(HostCalls host, Target target) => Change(
        host, target, Methods.StartVM, new StartVM { Id = target.Id, Name = target.Name }, PassThru, (calls, vm) => WaitFor(calls, vm, TimeoutSeconds));
}
