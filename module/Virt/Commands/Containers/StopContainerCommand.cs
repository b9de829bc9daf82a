using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Stops containers.</summary>
/// <remarks>
/// Asks the first process of the container to end (SIGTERM, or its -StopSignal) and waits until it has. One that has not ended in time is killed, as docker stop does;
/// with -NoKill that is an error instead, and it runs on. One that has stopped already is left as it is.
/// </remarks>
/// <example>
/// <code>Stop-Container web</code>
/// <para>Asks a container to end, and kills it after ten seconds.</para>
/// </example>
/// <example>
/// <code>Get-Container web* | Stop-Container -TurnOff -PassThru</code>
/// <para>Kills the containers whose names begin with web at once, and shows them.</para>
/// </example>
/// <example>
/// <code>Stop-Container web -Signal WINCH</code>
/// <para>Sends a signal to the first process of a container and lets it do with it what it will.</para>
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

    /// <summary>How long it may take, in seconds. Without it: the container's own time, 10 seconds as a rule.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSeconds { get; set; }

    /// <summary>Let it run on when it has not ended in time.</summary>
    [Parameter]
    public SwitchParameter NoKill { get; set; }

    /// <summary>Send this signal, such as HUP or 10, and do nothing else: what it does is the container's affair.</summary>
    [Parameter]
    public string? Signal { get; set; }

    /// <summary>Write the container.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool IsForced => Force;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (TurnOff && (NoKill || Signal is not null))
        {
            Refuse("InvalidTurnOff", $"Cannot stop containers: -TurnOff kills them at once, which leaves nothing to {(NoKill ? "-NoKill" : "-Signal")}.", TurnOff, "Stop-Container web -TurnOff");
        }

        if (Signal is not null && NoKill)
        {
            Refuse("InvalidSignal", $"Cannot stop containers: -Signal sends a signal and waits for nothing, which leaves nothing to -NoKill.", Signal, $"Stop-Container web -Signal {Signal}");
        }
    }

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.StopContainer,
        new StopContainer { Id = target.Id, Name = target.Name, TurnOff = TurnOff, NoKill = NoKill, Timeout = IsGiven(nameof(TimeoutSeconds)) ? Seconds(TimeoutSeconds) : null, Signal = Signal },
        PassThru);
}
