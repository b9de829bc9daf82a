using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a schedule, or replaces the one of that name.</summary>
[MessagePackObject]
public sealed partial record RegisterPatchSchedule
{
    /// <summary>The schedule; what the agent finds out itself is not looked at.</summary>
    [Key(0)]
    public PatchSchedule Schedule { get; set; } = new();

    /// <summary>Replace one of that name; false: that is an error.</summary>
    [Key(1)]
    public bool Replace { get; set; }
}
