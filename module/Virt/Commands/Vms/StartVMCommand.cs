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
public sealed class StartVMCommand : VMChangeCommand
{
    /// <summary>Return when the machine has come to what -For names.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>What -Wait waits for; giving it is enough to wait.</summary>
    [Parameter]
    public WaitCondition For { get; set; } = WaitCondition.Running;

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

    private protected override void Act(HostCalls host, Target target) => Change(
        host, target, Methods.StartVM, new StartVM { Id = target.Id, Name = target.Name }, PassThru, WaitFor);

    private VM WaitFor(HostCalls calls, VM vm) => Wait || IsGiven(nameof(For))
        ? calls.Invoke(Methods.WaitVM, new WaitVM { Id = vm.Id, Name = vm.Name, For = For, Port = Port, Timeout = Seconds(TimeoutSeconds) })
        : vm;
}
