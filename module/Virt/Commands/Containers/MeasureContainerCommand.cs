using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Measures what containers use.</summary>
/// <remarks>
/// Gives processor time, memory, processes, network and disk of each container, once, or with -Continuous until it ends or Ctrl+C is pressed. Of a pattern, those that run are measured; a container
/// that is named and does not run is an error.
/// </remarks>
/// <example>
/// <code>Measure-Container web</code>
/// <para>Shows what a container uses now.</para>
/// </example>
/// <example>
/// <code>Measure-Container web -Continuous -IntervalSeconds 0.5 | Select-Object -First 2</code>
/// <para>Shows it twice a second; without Select-Object it goes on.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Measure, "Container", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(ContainerMeasurement))]
public sealed class MeasureContainerCommand : ContainerTargetCommand
{
    /// <summary>Go on until the container ends.</summary>
    [Parameter]
    public SwitchParameter Continuous { get; set; }

    /// <summary>Over how many seconds the processor time is measured, 0.01 or more. Without it: 0.2, and 1 with -Continuous.</summary>
    [Parameter]
    [ValidateRange(0.01, 86400)]
    public double IntervalSeconds { get; set; }

    private protected override void Act(HostCalls host, Target target)
    {
        var seconds = IsGiven(nameof(IntervalSeconds)) ? IntervalSeconds : Continuous ? 1 : 0.2;
        var observer = new CallObserver { Item = message => Emit(HostObjects.Stamp(Read(message), host.ComputerName)) };
        WhereItRuns(target, () => host.Invoke(Methods.MeasureContainer, new MeasureContainer { Id = target.Id, Name = target.Name, Continuous = Continuous, Interval = TimeSpan.FromSeconds(seconds) }, observer: observer));
    }

    private static ContainerMeasurement Read(Message message) => MessageCodec.ReadValue(message, Methods.MeasureContainer.Item.Read);
}
