namespace Virt.Agent.Fleet;

/// <summary>What a side of a move does next.</summary>
public enum MoveStep
{
    /// <summary>Ask the other side again.</summary>
    Wait = 0,

    /// <summary>Source: end what runs of the move; the machine goes on here.</summary>
    TakeBack = 1,

    /// <summary>Source: tell the destination that the machine is its own.</summary>
    Commit = 2,

    /// <summary>Source: the destination has it; remove what is left here.</summary>
    Forget = 3,

    /// <summary>Source: keep what is left, and say why: an admin must look.</summary>
    Hold = 4,

    /// <summary>Destination: throw away what was received.</summary>
    Discard = 5,

    /// <summary>Destination: the machine is this host's; let it go on.</summary>
    Take = 6,

    /// <summary>Nothing is left to be done.</summary>
    End = 7,
}
