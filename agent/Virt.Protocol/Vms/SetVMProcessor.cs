using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Changes the processors of a machine. What is null stays as it is. Where the machine runs, all of it waits for its next start.</summary>
[MessagePackObject]
public sealed partial record SetVMProcessor
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>1 to 240.</summary>
    [Key(2)]
    public int? Count { get; set; }

    /// <summary><c>Host</c>, or a baseline: see docs/cmdlets/Set-VMProcessor.md.</summary>
    [Key(3)]
    public string? Model { get; set; }

    /// <summary>Cores of each socket; 0: all are in one. Times the threads, it divides the count.</summary>
    [Key(4)]
    public int? CoreCountPerSocket { get; set; }

    /// <summary>Threads of each core, 1 or 2.</summary>
    [Key(5)]
    public int? ThreadCountPerCore { get; set; }
}
