using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Cancels a running operation and waits until it has ended.</summary>
[MessagePackObject]
public sealed partial record StopVirtOperation
{
    /// <summary>Which one.</summary>
    [Key(0)]
    public Guid Id { get; set; }
}
