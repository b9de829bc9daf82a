using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Follows an operation to its end.</summary>
[MessagePackObject]
public sealed partial record WaitVirtOperation
{
    /// <summary>Which one.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>How long at the most; zero: for ever.</summary>
    [Key(1)]
    public TimeSpan Timeout { get; set; }
}
