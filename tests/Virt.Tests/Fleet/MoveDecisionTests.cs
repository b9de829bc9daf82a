using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Fleet;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Fleet;

/// <summary>What a side of a move does, over all that it may have written down and all that the other may answer; and that no two sides ever both keep a machine.</summary>
public sealed class MoveDecisionTests
{
    private static readonly MoveStage?[] Answers = [null, .. Enum.GetValues<MoveStage>().Cast<MoveStage?>()];

    // The answers in the order: none, Unknown, Offering, Released, Receiving, Prepared, Owned.
    [Theory]
    [InlineData(MoveStage.Offering, "TakeBack TakeBack TakeBack TakeBack TakeBack TakeBack TakeBack")]
    [InlineData(MoveStage.Released, "Wait Hold Hold Hold Hold Commit Forget")]
    [InlineData(MoveStage.Receiving, "Discard Discard Discard Discard Discard Discard Discard")]
    [InlineData(MoveStage.Prepared, "Wait Discard Wait Take Wait Wait Wait")]
    [InlineData(MoveStage.Owned, "Wait End Wait Wait Wait Wait Wait")]
    [InlineData(MoveStage.Unknown, "End End End End End End End")]
    public void Every_answer_has_its_step(MoveStage own, string steps)
    {
        Assert.Equal(steps.Split(' '), Answers.Select(answer => MoveDecision.Of(own, answer).ToString()));
    }

    // From every pair of stages that a move can come to: whichever side acts first, and however often one of them is not reached, one owner is left.
    [Theory]
    [InlineData(MoveStage.Offering, MoveStage.Unknown)]
    [InlineData(MoveStage.Offering, MoveStage.Receiving)]
    [InlineData(MoveStage.Offering, MoveStage.Prepared)]
    [InlineData(MoveStage.Released, MoveStage.Prepared)]
    [InlineData(MoveStage.Released, MoveStage.Owned)]
    [InlineData(MoveStage.Unknown, MoveStage.Prepared)]
    [InlineData(MoveStage.Unknown, MoveStage.Owned)]
    public void From_wherever_a_move_was_cut_off_exactly_one_side_keeps_the_machine(MoveStage source, MoveStage destination)
    {
        var isDestinations = source == MoveStage.Released || destination == MoveStage.Owned;
        var seen = new HashSet<Stand>();
        var open = new Stack<Stand>([new Stand(source, destination, !isDestinations, isDestinations && destination == MoveStage.Owned)]);
        while (open.TryPop(out var stand))
        {
            if (!seen.Add(stand))
            {
                continue;
            }

            Assert.False(stand.AtSource && stand.AtDestination, $"{stand}: the machine is on both");
            foreach (var next in SourceActs(stand).Concat(DestinationActs(stand)))
            {
                open.Push(next);
            }
        }

        var ends = seen.Where(s => !SourceActs(s).Concat(DestinationActs(s)).Any(next => next != s)).ToList();
        Assert.NotEmpty(ends);
        Assert.All(ends, end => Assert.Equal((MoveStage.Unknown, MoveStage.Unknown, !isDestinations, isDestinations), (end.Source, end.Destination, end.AtSource, end.AtDestination)));
    }

    private static IEnumerable<Stand> SourceActs(Stand stand)
    {
        foreach (var answer in new MoveStage?[] { null, stand.Destination })
        {
            switch (MoveDecision.Of(stand.Source, answer))
            {
                case MoveStep.TakeBack:
                    yield return stand with { Source = MoveStage.Unknown, AtSource = true };
                    break;
                case MoveStep.Commit:
                    yield return stand with { Destination = MoveStage.Owned, AtDestination = true };
                    break;
                case MoveStep.Forget:
                    yield return stand with { Source = MoveStage.Unknown, AtSource = false };
                    break;
                case MoveStep.Hold:
                    Assert.Fail($"{stand}: nobody must have to guess");
                    break;
            }
        }
    }

    private static IEnumerable<Stand> DestinationActs(Stand stand)
    {
        foreach (var answer in new MoveStage?[] { null, stand.Source })
        {
            switch (MoveDecision.Of(stand.Destination, answer))
            {
                case MoveStep.Discard:
                    yield return stand with { Destination = MoveStage.Unknown };
                    break;
                case MoveStep.Take:
                    yield return stand with { Destination = MoveStage.Owned, AtDestination = true };
                    break;
                case MoveStep.End when stand.Destination != MoveStage.Unknown:
                    yield return stand with { Destination = MoveStage.Unknown };
                    break;
            }
        }
    }

    // A source that has written Released keeps no machine, whatever it still has of it.
    private sealed record Stand(MoveStage Source, MoveStage Destination, bool AtSource, bool AtDestination);
}
