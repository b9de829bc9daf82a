using MessagePack;

namespace Virt;

/// <summary>What stands in the way of a plan, with what mends it.</summary>
[MessagePackObject]
public sealed partial record PlanProblem
{
    /// <summary>The problem's stable name, such as <c>NotEnoughMemory</c>.</summary>
    [Key(0)]
    public string Id { get; set; } = "";

    /// <summary>The name of what it concerns.</summary>
    [Key(1)]
    public string Target { get; set; } = "";

    /// <summary>One sentence.</summary>
    [Key(2)]
    public string Message { get; set; } = "";

    /// <summary>A command that mends it; empty where none is known.</summary>
    [Key(3)]
    public string FixCommand { get; set; } = "";

    /// <summary>True where the plan cannot be carried out before it is mended; false for a warning.</summary>
    [Key(4)]
    public bool IsBlocking { get; set; }

    /// <summary>One that keeps a plan from being carried out.</summary>
    /// <param name="id">Its stable name.</param>
    /// <param name="target">What it concerns.</param>
    /// <param name="message">One sentence.</param>
    /// <param name="fixCommand">What mends it.</param>
    public static PlanProblem Blocking(string id, string target, string message, string fixCommand) =>
        new() { Id = id, Target = target, Message = message, FixCommand = fixCommand, IsBlocking = true };

    /// <summary>The sentence.</summary>
    public override string ToString() => Message;
}
