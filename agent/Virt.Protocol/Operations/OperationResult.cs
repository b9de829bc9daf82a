using MessagePack;

namespace Virt.Protocol;

/// <summary>How an operation ended.</summary>
[MessagePackObject]
public sealed partial record OperationResult
{
    /// <summary>The operation as it ended.</summary>
    [Key(0)]
    public VirtOperation Operation { get; set; } = new();

    /// <summary>What its method gave, encoded; null where it failed or that is no longer kept.</summary>
    [Key(1)]
    public byte[]? Result { get; set; }

    /// <summary>Why it failed; null where it did not.</summary>
    [Key(2)]
    public ErrorInfo? Error { get; set; }
}
