using System;
using MessagePack;

namespace Virt;

/// <summary>A process of a container at one moment.</summary>
[MessagePackObject]
public sealed partial record ContainerProcess
{
    /// <summary>The container.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>Its id as the container sees it.</summary>
    [Key(1)]
    public int ProcessId { get; set; }

    /// <summary>Its parent as the container sees it; 0: it has none there.</summary>
    [Key(2)]
    public int ParentId { get; set; }

    /// <summary>Its id as the host sees it.</summary>
    [Key(3)]
    public int HostProcessId { get; set; }

    /// <summary>Its user's id as the container sees it.</summary>
    [Key(4)]
    public long UserId { get; set; }

    /// <summary>What it is doing, as ps has it: R, S, D, T, Z.</summary>
    [Key(5)]
    public string State { get; set; } = "";

    /// <summary>Memory of its own and shared with others that is not swapped.</summary>
    [Key(6)]
    public long MemoryBytes { get; set; }

    /// <summary>Processor time that it has used.</summary>
    [Key(7)]
    public TimeSpan CpuTime { get; set; }

    /// <summary>When it was started.</summary>
    [Key(8)]
    public DateTimeOffset StartTime { get; set; }

    /// <summary>The program and its arguments; the program's name in brackets where they are not known.</summary>
    [Key(9)]
    public string Command { get; set; } = "";

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The program and its arguments.</summary>
    public override string ToString() => Command;
}
