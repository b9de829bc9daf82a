using System;
using MessagePack;

namespace Virt;

/// <summary>The memory of a virtual machine.</summary>
[MessagePackObject]
public sealed partial record VMMemory
{
    /// <summary>The machine's id.</summary>
    [Key(0)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(1)]
    public string VMName { get; set; } = "";

    /// <summary>How much it is started with the next time.</summary>
    [Key(2)]
    public long StartupBytes { get; set; }

    /// <summary>How much it has now; 0 while it is off.</summary>
    [Key(3)]
    public long AssignedBytes { get; set; }

    /// <summary>How much of that has come while it ran.</summary>
    [Key(4)]
    public long AddedBytes { get; set; }

    /// <summary>How much it can come to have while it runs, from its next start on; 0: what it was started with.</summary>
    [Key(5)]
    public long MaximumBytes { get; set; }

    /// <summary>What pages of the host it is made of, from its next start on.</summary>
    [Key(6)]
    public VMBackingPageSize BackingPageSize { get; set; }

    /// <summary>What waits for the machine's next start, such as <c>MemoryBytes 2GB</c>; empty: nothing.</summary>
    [Key(7)]
    public string[] PendingChanges { get; set; } = [];

    /// <summary>What came of a change where that is not plain: why it waits, or that the guest has not taken it up.</summary>
    [Key(8)]
    public string Status { get; set; } = "";

    /// <summary>What the machine is doing.</summary>
    [Key(9)]
    public VMState State { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The machine's name.</summary>
    public override string ToString() => VMName;
}
