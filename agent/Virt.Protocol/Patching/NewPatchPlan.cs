using MessagePack;

namespace Virt.Protocol;

/// <summary>Plans a patch run: which packages, exactly from which version to which. Changes nothing.</summary>
[MessagePackObject]
public sealed partial record NewPatchPlan
{
    /// <summary>Which workloads.</summary>
    [Key(0)]
    public PatchTargets Targets { get; set; } = new();

    /// <summary>Which packages.</summary>
    [Key(1)]
    public PatchFilter Filter { get; set; } = new();
}
