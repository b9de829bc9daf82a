namespace Virt.Protocol;

/// <summary>How a move stands on one side. Written to the disk before the other side hears of it (docs/adr/0008).</summary>
public enum MoveStage
{
    /// <summary>That side knows nothing of such a move: it was undone, or finished and forgotten.</summary>
    Unknown = 0,

    /// <summary>Source: the machine is its own; it may be given away.</summary>
    Offering = 1,

    /// <summary>Source: the machine is the destination's, for ever. This is the decision.</summary>
    Released = 2,

    /// <summary>Destination: something is being received, and may be thrown away at any time.</summary>
    Receiving = 3,

    /// <summary>Destination: it has everything and waits for the decision, which it must follow either way.</summary>
    Prepared = 4,

    /// <summary>Destination: the machine is its own; the source may forget it.</summary>
    Owned = 5,
}
