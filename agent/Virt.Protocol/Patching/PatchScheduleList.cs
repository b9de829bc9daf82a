using MessagePack;

namespace Virt.Protocol;

/// <summary>Schedules.</summary>
[MessagePackObject]
public sealed partial record PatchScheduleList
{
    /// <summary>What was found.</summary>
    [Key(0)]
    public PatchSchedule[] Items { get; set; } = [];

    /// <summary>What was not.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
