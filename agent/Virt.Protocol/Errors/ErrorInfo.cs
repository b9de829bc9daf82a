using MessagePack;

namespace Virt.Protocol;

/// <summary>An error as it crosses the wire.</summary>
[MessagePackObject]
public sealed partial record ErrorInfo
{
    /// <summary>One of the closed set.</summary>
    [Key(0)]
    public ErrorCode Code { get; set; }

    /// <summary>The stable name of this very error, such as <c>VMNotFound</c>; becomes the FullyQualifiedErrorId.</summary>
    [Key(1)]
    public string Id { get; set; } = "";

    /// <summary>One sentence: <c>Cannot start VM 'web01': it is Running; Stopped or Paused is required.</c></summary>
    [Key(2)]
    public string Message { get; set; } = "";

    /// <summary>What the user typed, or the object's name.</summary>
    [Key(3)]
    public string? Target { get; set; }

    /// <summary>A command that the user can run next.</summary>
    [Key(4)]
    public string? RecommendedAction { get; set; }
}
