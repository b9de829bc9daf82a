using MessagePack;

namespace Virt.Protocol;

/// <summary>Removes a schedule. A run of it that is under way goes on.</summary>
[MessagePackObject]
public sealed partial record UnregisterPatchSchedule
{
    /// <summary>Its name.</summary>
    [Key(0)]
    public string Name { get; set; } = "";
}
