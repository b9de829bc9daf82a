using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>
/// What one side of a move does, given what it has written down and what the other says. Pure, and the only place that says so (docs/adr/0008):
/// a machine belongs to the source until the source has written Released, and to the destination from then on.
/// </summary>
public static class MoveDecision
{
    /// <summary>What is to be done by a side that has lost the other, or has come back.</summary>
    /// <param name="own">What it has written down.</param>
    /// <param name="other">What the other side answers; null: it cannot be reached.</param>
    public static MoveStep Of(MoveStage own, MoveStage? other) => own switch
    {
        // Nothing is decided, and only this side can decide: it decides against.
        MoveStage.Offering => MoveStep.TakeBack,

        // Nothing was promised: the source cannot have released it.
        MoveStage.Receiving => MoveStep.Discard,

        MoveStage.Prepared => other switch
        {
            MoveStage.Released => MoveStep.Take,

            // The source forgets a move only when it has taken the machine back, or when this side owned it.
            MoveStage.Unknown => MoveStep.Discard,
            _ => MoveStep.Wait,
        },
        MoveStage.Released => other switch
        {
            MoveStage.Prepared => MoveStep.Commit,
            MoveStage.Owned => MoveStep.Forget,
            null => MoveStep.Wait,

            // It had promised, and has lost its memory of that: nobody may guess.
            _ => MoveStep.Hold,
        },
        MoveStage.Owned => other switch
        {
            MoveStage.Unknown => MoveStep.End,
            _ => MoveStep.Wait,
        },
        _ => MoveStep.End,
    };
}
