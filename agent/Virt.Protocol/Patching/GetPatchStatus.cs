using MessagePack;

namespace Virt.Protocol;

/// <summary>Reads which updates wait. The lists of packages are fetched anew, in the guest, or in a throw-away container of the same image.</summary>
[MessagePackObject]
public sealed partial record GetPatchStatus
{
    /// <summary>Which workloads.</summary>
    [Key(0)]
    public PatchTargets Targets { get; set; } = new();
}
