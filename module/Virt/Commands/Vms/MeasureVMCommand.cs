using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Measures what virtual machines use.</summary>
/// <remarks>
/// Gives processor time, memory, disk and network of each machine as its host counts them, once, or with -Continuous until it ends or Ctrl+C is pressed. Nothing has to be set up,
/// and the guest is not asked but for its traffic in QEMU's own network ('user'). What cannot be counted is empty. Of a pattern, the machines that run are measured; one that is named and does not
/// run is an error.
/// </remarks>
/// <example>
/// <code>Measure-VM web01</code>
/// <para>Shows what a machine uses now.</para>
/// </example>
/// <example>
/// <code>Measure-VM web01 -Continuous -IntervalSeconds 0.5 | Select-Object -First 2</code>
/// <para>Shows it twice a second; without Select-Object it goes on.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Measure, "VM", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMMeasurement))]
public sealed class MeasureVMCommand : VMTargetCommand
{
    /// <summary>Go on until the machine ends.</summary>
    [Parameter]
    public SwitchParameter Continuous { get; set; }

    /// <summary>Over how many seconds processor time and rates are measured, 0.01 or more. Without it: 0.2, and 1 with -Continuous.</summary>
    [Parameter]
    [ValidateRange(0.01, 86400)]
    public double IntervalSeconds { get; set; }

    private protected override void Act(HostCalls host, Target target)
    {
        var seconds = IsGiven(nameof(IntervalSeconds)) ? IntervalSeconds : Continuous ? 1 : 0.2;
        var observer = new CallObserver { Item = message => Emit(HostObjects.Stamp(Read(message), host.ComputerName)) };
        WhereItRuns(target, () => host.Invoke(Methods.MeasureVM, new MeasureVM { Id = target.Id, Name = target.Name, Continuous = Continuous, Interval = TimeSpan.FromSeconds(seconds) }, observer: observer));
    }

    private static VMMeasurement Read(Message message) => MessageCodec.ReadValue(message, Methods.MeasureVM.Item.Read);
}
