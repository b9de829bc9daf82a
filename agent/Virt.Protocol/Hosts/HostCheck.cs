using MessagePack;

namespace Virt;

/// <summary>One thing that a host can or lacks.</summary>
[MessagePackObject]
public sealed partial record HostCheck
{
    /// <summary>What was looked at.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>How it came out.</summary>
    [Key(1)]
    public CheckResult Result { get; set; }

    /// <summary>What was found, as a sentence.</summary>
    [Key(2)]
    public string Message { get; set; } = "";

    /// <summary>A command that mends it.</summary>
    [Key(3)]
    public string? RecommendedAction { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";
}
