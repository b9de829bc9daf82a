using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes virtual machines of what another one is and has on its disk.</summary>
[MessagePackObject]
public sealed partial record CopyVM
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>
    /// The copy's name, or a pattern in which one run of <c>#</c> stands for a number of at least so many digits, the first that is free. Where there are several copies and no <c>#</c>: followed by <c>-#</c>.
    /// Empty: the machine's own name, followed by <c>-#</c>.
    /// </summary>
    [Key(2)]
    public string NewName { get; set; } = "";

    /// <summary>How many copies, 1 to 1000: all of them or none.</summary>
    [Key(3)]
    public int Count { get; set; } = 1;

    /// <summary>A disk of its own for each. False: one that keeps only what differs from the machine's.</summary>
    [Key(4)]
    public bool Full { get; set; }

    /// <summary>The copy's guest sees the machine's system UUID, hardware address and address.</summary>
    [Key(5)]
    public bool KeepIdentity { get; set; }

    /// <summary>The checkpoint whose disk is copied; empty: the disk as it is now.</summary>
    [Key(6)]
    public string CheckpointName { get; set; } = "";

    /// <summary>The copies' network, as for <see cref="NewVM.SwitchName"/>; null: the machine's.</summary>
    [Key(7)]
    public string? SwitchName { get; set; }

    /// <summary>The copy's address in its network, as for <see cref="NewVM.IPAddresses"/>; empty: a free one.</summary>
    [Key(8)]
    public string[] IPAddresses { get; set; } = [];

    /// <summary>Ports of the host that lead to the copy, as for <see cref="NewVM.Publish"/>; empty: none, whatever the machine has.</summary>
    [Key(9)]
    public string[] Publish { get; set; } = [];

    /// <summary>Start the copies.</summary>
    [Key(10)]
    public bool Start { get; set; }
}
