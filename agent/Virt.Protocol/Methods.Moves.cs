using static Virt.Protocol.MethodKind;

namespace Virt.Protocol;

/// <content>Moves, between agents.</content>
public static partial class Methods
{
    /// <summary>Between agents: asks the destination what stands in a move's way.</summary>
    public static readonly Method<CheckMove, MoveCheck> CheckMove = new("move.check", Query, Protocol.CheckMove.WireFormat, MoveCheck.WireFormat);

    /// <summary>Between agents: the destination makes everything ready to receive a machine.</summary>
    public static readonly Method<OfferMove, MoveAnswer> OfferMove = new("move.offer", Query, Protocol.OfferMove.WireFormat, MoveAnswer.WireFormat);

    /// <summary>Between agents: answered, with an error, when the destination cannot go on; by it each side also notices that the other is gone.</summary>
    public static readonly Method<MoveCall, MoveAnswer> WatchMove = new("move.watch", Query, MoveCall.WireFormat, MoveAnswer.WireFormat);

    /// <summary>Between agents: answered when the destination has everything and has promised to follow the decision.</summary>
    public static readonly Method<MoveCall, MoveAnswer> PrepareMove = new("move.prepare", Query, MoveCall.WireFormat, MoveAnswer.WireFormat);

    /// <summary>Between agents: the machine is the destination's.</summary>
    public static readonly Method<MoveCall, MoveAnswer> CommitMove = new("move.commit", Query, MoveCall.WireFormat, MoveAnswer.WireFormat);

    /// <summary>Between agents: the source has forgotten the move; the destination may too, or throws away what it has received.</summary>
    public static readonly Method<MoveCall, MoveAnswer> FinishMove = new("move.finish", Query, MoveCall.WireFormat, MoveAnswer.WireFormat);

    /// <summary>Between agents: how a move stands on the side that is asked.</summary>
    public static readonly Method<MoveCall, MoveAnswer> AskMove = new("move.ask", Query, MoveCall.WireFormat, MoveAnswer.WireFormat);
}
