using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Stops containers.</summary>
/// <remarks>
/// Asks the first process of the container to end (SIGTERM) and waits until it has. One that has not ended in time is killed, as docker stop does;
/// with -NoKill that is an error instead, and it runs on.
/// </remarks>
/// <example>
/// <code>Stop-Container web</code>
/// <para>Asks a container to end, and kills it after ten seconds.</para>
/// </example>
/// <example>
/// <code>Get-Container web* | Stop-Container -TurnOff -PassThru</code>
/// <para>Kills the containers whose names begin with web at once, and shows them.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Stop, "Container", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class StopContainerCommand : ContainerChangeCommand
{
    /// <summary>Kill it at once.</summary>
    [Parameter]
    public SwitchParameter TurnOff { get; set; }

    /// <summary>Do not ask, whatever $ConfirmPreference says.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How long it may take, in seconds.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSeconds { get; set; } = 10;

    /// <summary>Let it run on when it has not ended in time.</summary>
    [Parameter]
    public SwitchParameter NoKill { get; set; }

    /// <summary>Write the container.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool IsForced => Force;

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.StopContainer,
        new StopContainer { Id = target.Id, Name = target.Name, TurnOff = TurnOff, NoKill = NoKill, Timeout = Seconds(TimeoutSeconds) },
        PassThru);
}
