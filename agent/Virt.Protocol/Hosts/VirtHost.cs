using System;
using MessagePack;

namespace Virt;

/// <summary>A host and its agent at one moment.</summary>
[MessagePackObject]
public sealed partial record VirtHost
{
    /// <summary>The host's own name.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>The agent's version.</summary>
    [Key(1)]
    public string AgentVersion { get; set; } = "";

    /// <summary>The protocol version that the agent speaks.</summary>
    [Key(2)]
    public int ProtocolVersion { get; set; }

    /// <summary>Such as <c>Debian GNU/Linux 12 (bookworm)</c>.</summary>
    [Key(3)]
    public string OperatingSystem { get; set; } = "";

    /// <summary>Such as <c>6.1.0-18-amd64</c>.</summary>
    [Key(4)]
    public string KernelVersion { get; set; } = "";

    /// <summary><c>x64</c> or <c>arm64</c>.</summary>
    [Key(5)]
    public string Architecture { get; set; } = "";

    /// <summary>Logical processors.</summary>
    [Key(6)]
    public int ProcessorCount { get; set; }

    /// <summary>The host's memory.</summary>
    [Key(7)]
    public long MemoryBytes { get; set; }

    /// <summary>Memory that could be given out without swapping.</summary>
    [Key(8)]
    public long MemoryAvailableBytes { get; set; }

    /// <summary><c>kvm</c>, or <c>tcg</c> where guests are emulated; Test-VirtHost says why.</summary>
    [Key(9)]
    public string Accelerator { get; set; } = "";

    /// <summary>QEMU's version; null where QEMU is not installed.</summary>
    [Key(10)]
    public string? QemuVersion { get; set; }

    /// <summary>1 or 2: where the controllers of memory, CPU and pids stand.</summary>
    [Key(11)]
    public int CgroupVersion { get; set; }

    /// <summary>Where the agent keeps what must outlive it.</summary>
    [Key(12)]
    public string StateFolder { get; set; } = "";

    /// <summary>Free space in that folder.</summary>
    [Key(13)]
    public long StateFreeBytes { get; set; }

    /// <summary>Virtual machines.</summary>
    [Key(14)]
    public int VMCount { get; set; }

    /// <summary>Those of them that run.</summary>
    [Key(15)]
    public int VMRunningCount { get; set; }

    /// <summary>Containers.</summary>
    [Key(16)]
    public int ContainerCount { get; set; }

    /// <summary>Those of them that run.</summary>
    [Key(17)]
    public int ContainerRunningCount { get; set; }

    /// <summary>When the agent was started.</summary>
    [Key(18)]
    public DateTimeOffset AgentStartTime { get; set; }

    /// <summary>How long the host has been up.</summary>
    [Key(19)]
    public TimeSpan Uptime { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The host's name.</summary>
    public override string ToString() => Name;
}
