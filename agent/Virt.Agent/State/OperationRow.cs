using Virt.Protocol;

namespace Virt.Agent.State;

/// <summary>An operation as it is stored: what everybody may see, and how it ended.</summary>
public sealed record OperationRow
{
    /// <summary>What Get-VirtOperation shows.</summary>
    public required VirtOperation Operation { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public ErrorInfo? Error { get; init; }

    /// <summary>What its method gave, encoded; null where it has not ended well.</summary>
    public byte[]? Result { get; init; }
}
