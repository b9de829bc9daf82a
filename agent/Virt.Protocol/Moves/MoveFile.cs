using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Between agents: a file that goes along with a machine as it is, beside its disks.</summary>
[MessagePackObject]
public sealed partial record MoveFile
{
    /// <summary>What it is.</summary>
    [Key(0)]
    public MoveFileKind Kind { get; set; }

    /// <summary>Of a layer: the drive of its disk; all zeros: the machine's first.</summary>
    [Key(1)]
    public Guid Drive { get; set; }

    /// <summary>Of what a checkpoint keeps beside its layers: the checkpoint.</summary>
    [Key(2)]
    public Guid Checkpoint { get; set; }

    /// <summary>Its path on the source.</summary>
    [Key(3)]
    public string Path { get; set; } = "";

    /// <summary>Its length.</summary>
    [Key(4)]
    public long LengthBytes { get; set; }

    /// <summary>Of a layer: the path on the source of what it stands on; empty: on nothing.</summary>
    [Key(5)]
    public string BelowPath { get; set; } = "";

    /// <summary>The format of that: <c>qcow2</c> or <c>raw</c>.</summary>
    [Key(6)]
    public string BelowFormat { get; set; } = "";
}
