using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Between agents: how a move stands on the side that answers.</summary>
[MessagePackObject]
public sealed partial record MoveAnswer
{
    /// <summary>How it stands.</summary>
    [Key(0)]
    public MoveStage Stage { get; set; }

    /// <summary>What the machine does there.</summary>
    [Key(1)]
    public VMState State { get; set; }

    /// <summary>Why it is in that state where that is not plain.</summary>
    [Key(2)]
    public string Status { get; set; } = "";

    /// <summary>How long the guest had run there when this was answered; null: it does not run, or nobody has seen it begin.</summary>
    [Key(3)]
    public TimeSpan? RanFor { get; set; }
}
