using MessagePack;

namespace Virt.Protocol;

/// <summary>Reads schedules.</summary>
[MessagePackObject]
public sealed partial record GetPatchSchedule
{
    /// <summary>By name or pattern; empty: all.</summary>
    [Key(0)]
    public string[] Names { get; set; } = [];
}
