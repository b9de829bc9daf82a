using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for the memory of machines; of all where it names none.</summary>
[MessagePackObject]
public sealed partial record GetVMMemory
{
    /// <summary>Names or patterns with * ? [a-z].</summary>
    [Key(0)]
    public string[] Names { get; set; } = [];

    /// <summary>Ids.</summary>
    [Key(1)]
    public Guid[] Ids { get; set; } = [];
}
