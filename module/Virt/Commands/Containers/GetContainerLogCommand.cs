using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gets what containers have written.</summary>
/// <remarks>Gives one object for each line, with its time and its stream. With -Follow it goes on until the container ends, or Ctrl+C is pressed; where the container writes so fast that its log begins anew before it was read, a warning says that lines may be missing.</remarks>
/// <example>
/// <code>Get-ContainerLog web -Tail 10</code>
/// <para>Shows the last ten lines.</para>
/// </example>
/// <example>
/// <code>Get-Container web* | Get-ContainerLog -Since 5m | Where-Object Stream -eq Stderr</code>
/// <para>Shows what several containers wrote to standard error in the last five minutes.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "ContainerLog", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(ContainerLogEntry))]
public sealed class GetContainerLogCommand : ContainerTargetCommand
{
    /// <summary>Only the last so many lines, of which one that was begun and not ended is one where the container does not run or is not followed.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Tail { get; set; }

    /// <summary>Only what was written at this time or later; 5m, 1h30m or a TimeSpan: as long ago as that.</summary>
    [Parameter]
    [Moment]
    public DateTimeOffset Since { get; set; }

    /// <summary>Go on with what is written from now on.</summary>
    [Parameter]
    public SwitchParameter Follow { get; set; }

    private protected override void Act(HostCalls host, Target target)
    {
        var request = new GetContainerLog
        {
            Id = target.Id,
            Name = target.Name,
            Tail = IsGiven(nameof(Tail)) ? Tail : null,
            Since = IsGiven(nameof(Since)) ? Since : null,
            Follow = Follow,
        };
        var observer = new CallObserver { Item = message => Show(HostObjects.Stamp(Read(message), host.ComputerName)) };
        host.Invoke(Methods.GetContainerLog, request, observer: observer);
    }

    private void Show(ContainerLogEntry entry)
    {
        if (entry.Stream == LogStream.Lost)
        {
            Warn($"Container '{entry.Name}': {entry.Line}");
            return;
        }

        Emit(entry);
    }

    private static ContainerLogEntry Read(Message message) => MessageCodec.ReadValue(message, Methods.GetContainerLog.Item.Read);
}
