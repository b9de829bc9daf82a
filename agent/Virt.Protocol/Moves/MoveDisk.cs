using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Between agents: a disk of a machine that is to move.</summary>
[MessagePackObject]
public sealed partial record MoveDisk
{
    /// <summary>The id of its drive; all zeros: it is the machine's first.</summary>
    [Key(0)]
    public Guid Drive { get; set; }

    /// <summary>Its name in the machine, such as <c>disk0</c>.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Its path.</summary>
    [Key(2)]
    public string Path { get; set; } = "";

    /// <summary>The disk as the guest sees it.</summary>
    [Key(3)]
    public long SizeBytes { get; set; }

    /// <summary>What it takes on the source.</summary>
    [Key(4)]
    public long AllocatedBytes { get; set; }

    /// <summary>What stands in its lease: who reads the same reaches the same disk.</summary>
    [Key(5)]
    public Guid Nonce { get; set; }

    /// <summary>The paths of what it is a copy-on-write child of, without the machine's own layers (<see cref="CheckMove.Files"/>).</summary>
    [Key(6)]
    public string[] BackingPaths { get; set; } = [];

    /// <summary>The lengths of those files.</summary>
    [Key(7)]
    public long[] BackingLengths { get; set; } = [];

    /// <summary>The file that it was before its first checkpoint, beside which its lease stands; empty, as of agents before there was this: its path.</summary>
    [Key(8)]
    public string HomePath { get; set; } = "";
}
