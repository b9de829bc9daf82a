using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>How far a request has come.</summary>
[MessagePackObject]
public sealed partial record ProgressInfo
{
    /// <summary>What is being done, such as <c>Starting VM 'web01'</c>.</summary>
    [Key(0)]
    public string Activity { get; set; } = "";

    /// <summary>The present step.</summary>
    [Key(1)]
    public string Status { get; set; } = "";

    /// <summary>0 to 100; null where that is not known.</summary>
    [Key(2)]
    public int? PercentComplete { get; set; }

    /// <summary>Time left; null where that is not known.</summary>
    [Key(3)]
    public TimeSpan? TimeLeft { get; set; }

    /// <summary>The present rate; null where there is none.</summary>
    [Key(4)]
    public long? BytesPerSecond { get; set; }

    /// <summary>How fast a guest writes to the memory that is being copied; null where none is copied.</summary>
    [Key(5)]
    public long? DirtyBytesPerSecond { get; set; }
}
