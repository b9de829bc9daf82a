using System;
using MessagePack;

namespace Virt;

/// <summary>A disk image of a host.</summary>
[MessagePackObject]
public sealed partial record VHD
{
    /// <summary>Its full path.</summary>
    [Key(0)]
    public string Path { get; set; } = "";

    /// <summary>How it is written.</summary>
    [Key(1)]
    public VHDFormat Format { get; set; }

    /// <summary>Dynamic: it grows. Fixed: all its blocks are there. Differencing: it keeps only what differs from its parent.</summary>
    [Key(2)]
    public VHDType Type { get; set; }

    /// <summary>The disk as a guest sees it.</summary>
    [Key(3)]
    public long SizeBytes { get; set; }

    /// <summary>What it takes on the host.</summary>
    [Key(4)]
    public long FileSizeBytes { get; set; }

    /// <summary>The image that it differs from; empty for one that is whole by itself.</summary>
    [Key(5)]
    public string ParentPath { get; set; } = "";

    /// <summary>Everything below it, the parent first.</summary>
    [Key(6)]
    public string[] Chain { get; set; } = [];

    /// <summary>In which units it grows; 0: single bytes, or that is not known.</summary>
    [Key(7)]
    public long BlockSizeBytes { get; set; }

    /// <summary>A VM has it, or another program has it open.</summary>
    [Key(8)]
    public bool Attached { get; set; }

    /// <summary>The VM that it is the disk of, or that stands on it; empty: none.</summary>
    [Key(9)]
    public string VMName { get; set; } = "";

    /// <summary>That VM's id.</summary>
    [Key(10)]
    public Guid VMId { get; set; }

    /// <summary>Where another program has it open: its process id; 0: none has.</summary>
    [Key(11)]
    public int HolderProcessId { get; set; }

    /// <summary>That program's name.</summary>
    [Key(12)]
    public string HolderName { get; set; } = "";

    /// <summary>QEMU has found it damaged and opens it for writing no more.</summary>
    [Key(13)]
    public bool IsCorrupt { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The disk's path.</summary>
    public override string ToString() => Path;
}
