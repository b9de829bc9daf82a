using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>The places between two steps of a move at which a test can end, hold or fail an agent (<c>FaultPoint</c>).</summary>
public static class MovePoint
{
    /// <summary>Source: has written that it offers the machine; the destination knows nothing.</summary>
    public const string Offering = "move.source.offering";

    /// <summary>Source: the destination is ready and the streams are open.</summary>
    public const string Offered = "move.source.offered";

    /// <summary>Source: the first piece of a stopped machine's disk has gone; a live move does not pass it.</summary>
    public const string Copying = "move.source.copying";

    /// <summary>Source: the copy of the disk is whole and is kept so; the memory has not begun.</summary>
    public const string Mirrored = "move.source.mirrored";

    /// <summary>Source: the guest stands still, the last of its memory is still to be sent.</summary>
    public const string Stopped = "move.source.stopped";

    /// <summary>Source: the mirror has ended, the last of the memory is still to be sent.</summary>
    public const string MirrorEnded = "move.source.mirrorended";

    /// <summary>Source: the destination has promised, nothing is decided.</summary>
    public const string Promised = "move.source.promised";

    /// <summary>Source: has written the decision, of which the destination knows nothing.</summary>
    public const string Released = "move.source.released";

    /// <summary>Source: the destination has answered that the machine is its own.</summary>
    public const string Taken = "move.source.taken";

    /// <summary>Source: has removed QEMU and the files, not yet the row.</summary>
    public const string Emptied = "move.source.emptied";

    /// <summary>Destination: has written that it receives; nothing is made.</summary>
    public const string Receiving = "move.destination.receiving";

    /// <summary>Destination: the files are made and QEMU waits.</summary>
    public const string Launched = "move.destination.launched";

    /// <summary>Destination: everything is ready for the streams.</summary>
    public const string Ready = "move.destination.ready";

    /// <summary>Destination: has everything, and has not written so.</summary>
    public const string Loaded = "move.destination.loaded";

    /// <summary>Destination: has written its promise, and has not told it.</summary>
    public const string Prepared = "move.destination.prepared";

    /// <summary>Destination: has written that the machine is its own; the guest stands still.</summary>
    public const string Owned = "move.destination.owned";

    /// <summary>Destination: the guest runs; the lease is still the source's.</summary>
    public const string Running = "move.destination.running";

    /// <summary>Destination: has the lease; the source knows nothing of it.</summary>
    public const string Leased = "move.destination.leased";

    /// <summary>Source: the first of the files that its checkpoints keep has gone; a move without any does not pass it.</summary>
    public const string KeptSent = "move.source.kept";

    /// <summary>Destination: the files that its checkpoints keep are here, and nothing else is made; a move without any does not pass it.</summary>
    public const string KeptReceived = "move.destination.kept";

    /// <summary>Source, undoing: the guest goes on; the row says that it is offered.</summary>
    public const string TakenBack = "move.source.takenback";

    /// <summary>Destination, undoing: QEMU and the files are gone, the row is not.</summary>
    public const string Discarded = "move.destination.discarded";

    /// <summary>Those of a move that is being undone.</summary>
    public static IReadOnlyList<string> Undo { get; } = [TakenBack, Discarded];

    /// <summary>All those of a move that succeeds, in the order in which it passes them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Offering, Receiving, KeptSent, KeptReceived, Launched, Ready, Offered, Copying, Mirrored, Stopped, MirrorEnded, Loaded, Prepared, Promised, Released, Owned, Running, Leased, Taken, Emptied,
    ];
}
