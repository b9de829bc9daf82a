using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Restarts containers.</summary>
/// <remarks>
/// Asks the first process of the container to end, kills it when it has not in time, and starts it anew with all that the container has written. One that does
/// not run is started. Given up by Ctrl+C before it has ended, it runs on as it was; where it ends of having been asked all the same, it is started again.
/// </remarks>
/// <example>
/// <code>Restart-Container web</code>
/// <para>Restarts a container.</para>
/// </example>
/// <example>
/// <code>Get-Container web* | Restart-Container -TurnOff -PassThru</code>
/// <para>Kills containers at once, starts them again, and shows them.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Restart, "Container", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class RestartContainerCommand : ContainerChangeCommand
{
    /// <summary>Kill it at once.</summary>
    [Parameter]
    public SwitchParameter TurnOff { get; set; }

    /// <summary>How long it may take to end, in seconds; then it is killed. Without it: the container's own time, 10 seconds as a rule.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSeconds { get; set; }

    /// <summary>Write the container.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RestartContainer, new RestartContainer { Id = target.Id, Name = target.Name, TurnOff = TurnOff, Timeout = IsGiven(nameof(TimeoutSeconds)) ? Seconds(TimeoutSeconds) : null }, PassThru);
}
