using System;
using MessagePack;

namespace Virt;

/// <summary>What a command did: made by the client of its output and its exit.</summary>
[MessagePackObject]
public sealed partial record CommandResult
{
    /// <summary>The machine or container it ran in.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>The program and its arguments.</summary>
    [Key(1)]
    public string[] Command { get; set; } = [];

    /// <summary>Its exit code; 128 + the signal where a signal ended it.</summary>
    [Key(2)]
    public int ExitCode { get; set; }

    /// <summary>What it wrote to standard output, as UTF-8 text without the last line end.</summary>
    [Key(3)]
    public string Output { get; set; } = "";

    /// <summary>What it wrote to standard error.</summary>
    [Key(4)]
    public string ErrorOutput { get; set; } = "";

    /// <summary>Standard output as it came.</summary>
    [Key(5)]
    public byte[] OutputBytes { get; set; } = [];

    /// <summary>How long it ran, seen from the client.</summary>
    [Key(6)]
    public TimeSpan Duration { get; set; }

    /// <summary>It wrote more than was kept: a guest agent keeps 16 MiB of standard output and as much of standard error.</summary>
    [Key(7)]
    public bool IsTruncated { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>Its output.</summary>
    public override string ToString() => Output;
}
