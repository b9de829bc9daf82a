using System;
using System.Linq;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Watches what happens on hosts.</summary>
/// <remarks>
/// Writes an object for each thing that happens, as it happens: VMs, containers, images, networks and volumes that are made, start, end, become healthy or unhealthy, change, move, are patched or
/// removed, and operations that end. It goes on until Ctrl+C is pressed, or until the pipeline has what it wants. Each host's agent keeps the last 4,096 events in its memory, for
/// -Since; they are gone when the agent is restarted. Where events are missing, because they came faster than they were read or are older than what is kept, a warning says so; with -Action Lost it is an event.
/// </remarks>
/// <example>
/// <code>Watch-VirtEvent -Since (Get-Date).AddMinutes(-10) | Select-Object -First 1</code>
/// <para>Shows the first thing that has happened in the last ten minutes, or the next one that happens. Without Select-Object it goes on.</para>
/// </example>
/// <example>
/// <code>Watch-VirtEvent web* -Kind Container -Action Started, Exited -Since (Get-Date).AddMinutes(-10) | Select-Object -First 1</code>
/// <para>Shows a start or an end of a container, with its exit code.</para>
/// </example>
[Cmdlet(VerbsCommon.Watch, "VirtEvent")]
[OutputType(typeof(VirtEvent))]
public sealed class WatchVirtEventCommand : VirtCommand
{
    /// <summary>Only what happens to what has one of these names; wildcards are allowed. An operation has the name of what it works on.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkloadNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Only what happens to these: Host, VM, Container, Image, Network, Volume, Operation.</summary>
    [Parameter]
    public VirtEventKind[] Kind { get; set; } = [];

    /// <summary>Only these actions, such as Exited, Unhealthy, Removed.</summary>
    [Parameter]
    public VirtEventAction[] Action { get; set; } = [];

    /// <summary>Also what has happened since this time, as far as the agent remembers; 5m, 1h30m or a TimeSpan: since so long ago.</summary>
    [Parameter]
    [Moment]
    public DateTimeOffset Since { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var request = new WatchVirtEvent { Names = Name, Kinds = Kind, Actions = Action, Since = IsGiven(nameof(Since)) ? Since : null };
        ForEachHost(HostNames, host =>
        {
            var observer = new CallObserver { Item = message => Show(HostObjects.Stamp(Read(message), host.ComputerName)) };
            host.Invoke(Methods.WatchVirtEvent, request, observer: observer);
        });
    }

    // It is none of what was asked for, and must not be taken for it by who waits for the first.
    private void Show(VirtEvent item)
    {
        if (item.Action == VirtEventAction.Lost && !Action.Contains(VirtEventAction.Lost))
        {
            Warn($"Host '{item.Name}': {item.Message}");
            return;
        }

        Emit(item);
    }

    private static VirtEvent Read(Message message) => MessageCodec.ReadValue(message, Methods.WatchVirtEvent.Item.Read);
}
