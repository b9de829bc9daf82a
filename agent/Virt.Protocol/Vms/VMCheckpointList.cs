using MessagePack;

namespace Virt.Protocol;

/// <summary>Checkpoints.</summary>
[MessagePackObject]
public sealed partial record VMCheckpointList
{
    /// <summary>By machine, then by the moment that they hold.</summary>
    [Key(0)]
    public VMCheckpoint[] Items { get; set; } = [];

    /// <summary>One for each literal name or id that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
