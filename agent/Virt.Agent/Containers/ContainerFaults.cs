using System.Collections.Generic;
using Virt.Agent.Common;

namespace Virt.Agent.Containers;

/// <summary>The places between two steps of work on layers and generations, for <see cref="FaultPoint"/>.</summary>
public static class ContainerFaults
{
    /// <summary>A throw-away container is stored and not started.</summary>
    public const string ThrowAwayMade = "container.throwaway.made";

    /// <summary>It runs; the work has not begun.</summary>
    public const string ThrowAwayStarted = "container.throwaway.started";

    /// <summary>The work is done.</summary>
    public const string ThrowAwayWorked = "container.throwaway.worked";

    /// <summary>A layer's processes have ended.</summary>
    public const string LayerEnded = "container.layer.ended";

    /// <summary>Its files lie among the layers, as one that is being built.</summary>
    public const string LayerMoved = "container.layer.moved";

    /// <summary>It is whole and on the disk.</summary>
    public const string LayerWritten = "container.layer.written";

    /// <summary>It has its name, and no container names it.</summary>
    public const string LayerNamed = "container.layer.named";

    /// <summary>Its container names it.</summary>
    public const string LayerKept = "container.layer.kept";

    /// <summary>The root of another generation is mounted, its cgroup made.</summary>
    public const string SwitchPrepared = "container.switch.prepared";

    /// <summary>It is written that the container is being replaced; its first process knows nothing yet.</summary>
    public const string SwitchAnnounced = "container.switch.announced";

    /// <summary>The first process was asked to end.</summary>
    public const string SwitchSignalled = "container.switch.signalled";

    /// <summary>It has ended.</summary>
    public const string SwitchStopped = "container.switch.stopped";

    /// <summary>The container is the other generation; nothing of it runs.</summary>
    public const string SwitchWritten = "container.switch.written";

    /// <summary>Its first process runs, and nothing says so.</summary>
    public const string SwitchLaunched = "container.switch.launched";

    /// <summary>It is written that it runs; what is not kept is still there.</summary>
    public const string SwitchStarted = "container.switch.started";

    /// <summary>A former generation is named no more; its files are still there.</summary>
    public const string DiscardWritten = "container.discard.written";

    /// <summary>A new container is stored; nothing of it is started.</summary>
    public const string CreateWritten = "container.create.written";

    /// <summary>It is written that a container is being started.</summary>
    public const string StartWritten = "container.start.written";

    /// <summary>Its limits are set, its root is mounted.</summary>
    public const string StartPrepared = "container.start.prepared";

    /// <summary>Its first process runs, and nothing says so.</summary>
    public const string StartLaunched = "container.start.launched";

    /// <summary>It is written that it is being stopped; its first process knows nothing yet.</summary>
    public const string StopWritten = "container.stop.written";

    /// <summary>The first process was asked to end.</summary>
    public const string StopSignalled = "container.stop.signalled";

    /// <summary>It has ended, and nothing says so.</summary>
    public const string EndSeen = "container.end.seen";

    /// <summary>Its end is written; its cgroup is still there.</summary>
    public const string EndWritten = "container.end.written";

    /// <summary>It is written that a container is being removed.</summary>
    public const string RemoveWritten = "container.remove.written";

    /// <summary>Its files are gone; its row is not.</summary>
    public const string RemoveEmptied = "container.remove.emptied";

    /// <summary>A container's link into its network is made, its ports are published, and its first process does not go on yet.</summary>
    public const string NetworkConnected = "container.network.connected";

    /// <summary>A copy of a container is stored; nothing of it is made, and its source goes on.</summary>
    public const string CopyWritten = "container.copy.written";

    /// <summary>Its source stands still.</summary>
    public const string CopyFrozen = "container.copy.frozen";

    /// <summary>It has all that its source has written; that still stands still.</summary>
    public const string CopyFilled = "container.copy.filled";

    /// <summary>Its source goes on; nothing says that the copy is whole.</summary>
    public const string CopyThawed = "container.copy.thawed";

    /// <summary>It is written that it is whole; it is not started.</summary>
    public const string CopyMade = "container.copy.made";

    /// <summary>It is written where a container is being exported to; nothing of it is there.</summary>
    public const string ExportWritten = "container.export.written";

    /// <summary>It stands still for its export.</summary>
    public const string ExportFrozen = "container.export.frozen";

    /// <summary>What it has written is packed; it still stands still.</summary>
    public const string ExportPacked = "container.export.packed";

    /// <summary>Its archive is whole, and has not its name.</summary>
    public const string ExportFilled = "container.export.filled";

    /// <summary>Its archive has its name; the container's row still names the half one.</summary>
    public const string ExportNamed = "container.export.named";

    /// <summary>A container that is imported is stored; nothing of it is here.</summary>
    public const string ImportWritten = "container.import.written";

    /// <summary>It is written which image comes with it, and that image is here.</summary>
    public const string ImportImage = "container.import.image";

    /// <summary>It has all that it had written; nothing says so.</summary>
    public const string ImportFilled = "container.import.filled";

    /// <summary>It is written that it is whole.</summary>
    public const string ImportMade = "container.import.made";

    /// <summary>It is written which volumes a container that runs is to have, and which it had; what is mounted is as it was.</summary>
    public const string RemountWritten = "container.remount.written";

    /// <summary>What it is not to have any more is not mounted any more.</summary>
    public const string RemountTaken = "container.remount.taken";

    /// <summary>What it is to have is mounted, and nothing says so.</summary>
    public const string RemountMade = "container.remount.made";

    /// <summary>It is written that it has what it is to have.</summary>
    public const string RemountStored = "container.remount.stored";

    /// <summary>The volumes cannot change while it runs, and it is to be started anew.</summary>
    public const string RemountRefused = "container.remount.refused";

    /// <summary>Those of SetAsync, of a container that runs and gets other volumes.</summary>
    public static IReadOnlyList<string> Remount { get; } = [RemountWritten, RemountTaken, RemountMade, RemountStored, RemountRefused];

    /// <summary>It is written what the processes of a container that runs are to be held to; they are held to what they were.</summary>
    public const string LimitsWritten = "container.limits.written";

    /// <summary>They are held to it, and nothing says so.</summary>
    public const string LimitsMade = "container.limits.made";

    /// <summary>Those of SetAsync, of a container that runs and whose processes get other limits.</summary>
    public static IReadOnlyList<string> Limits { get; } = [LimitsWritten, LimitsMade];

    /// <summary>Those of ExportAsync, of a container that runs.</summary>
    public static IReadOnlyList<string> Export { get; } = [ExportWritten, ExportFrozen, ExportPacked, ExportFilled, ExportNamed];

    /// <summary>Those of ImportAsync.</summary>
    public static IReadOnlyList<string> Import { get; } = [ImportWritten, ImportImage, ImportFilled, ImportMade];

    /// <summary>Those of CloneAsync, of a container that runs.</summary>
    public static IReadOnlyList<string> Copy { get; } = [CopyWritten, CopyFrozen, CopyFilled, CopyThawed, CopyMade];

    /// <summary>Those of NewAsync and StartAsync.</summary>
    public static IReadOnlyList<string> Start { get; } = [CreateWritten, StartWritten, StartPrepared, StartLaunched];

    /// <summary>Those of StopAsync and of a run's end.</summary>
    public static IReadOnlyList<string> Stop { get; } = [StopWritten, StopSignalled, EndSeen, EndWritten];

    /// <summary>Those of RemoveAsync.</summary>
    public static IReadOnlyList<string> Remove { get; } = [RemoveWritten, RemoveEmptied];
    /// <summary>Those of a throw-away container.</summary>
    public static IReadOnlyList<string> ThrowAway { get; } = [ThrowAwayMade, ThrowAwayStarted, ThrowAwayWorked];

    /// <summary>Those of a layer's building.</summary>
    public static IReadOnlyList<string> Layer { get; } = [.. ThrowAway, LayerEnded, LayerMoved, LayerWritten, LayerNamed, LayerKept];

    /// <summary>Those of ReplaceAsync and PutBackAsync, of a container that runs.</summary>
    public static IReadOnlyList<string> Switch { get; } = [SwitchPrepared, SwitchAnnounced, SwitchSignalled, SwitchStopped, SwitchWritten, SwitchLaunched, SwitchStarted];

    /// <summary>All.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Layer, .. Switch, DiscardWritten, .. Start, NetworkConnected, .. Stop, .. Remove, .. Copy, .. Export, .. Import, .. Remount, .. Limits];
}
