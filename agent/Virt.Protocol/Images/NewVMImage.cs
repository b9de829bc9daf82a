using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes an image of what a virtual machine has on its disk, or of a distribution.</summary>
[MessagePackObject]
public sealed partial record NewVMImage
{
    /// <summary>What it will be called, such as <c>web/1</c>.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>The machine; empty: the one of that name.</summary>
    [Key(1)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(2)]
    public string VMName { get; set; } = "";

    /// <summary>For people; empty: what the machine's own image says.</summary>
    [Key(3)]
    public string Description { get; set; } = "";

    /// <summary>Copy the disk as it is, with all that tells its guest from others.</summary>
    [Key(4)]
    public bool NoSeal { get; set; }

    /// <summary>How long the guest may take to come up, and again to shut down.</summary>
    [Key(5)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A distribution that mmdebstrap makes a disk of, <c>bookworm</c>; empty: it is made of a machine.</summary>
    [Key(6)]
    public string Distribution { get; set; } = "";

    /// <summary>Its packages beside those that a machine needs.</summary>
    [Key(7)]
    public string[] Packages { get; set; } = [];

    /// <summary>Where they come from: addresses, or lines of sources.list(5); none: the host's own sources, or the distribution's.</summary>
    [Key(8)]
    public string[] Mirrors { get; set; } = [];

    /// <summary>Components of the mirrors that are addresses; none: main.</summary>
    [Key(9)]
    public string[] Components { get; set; } = [];

    /// <summary>How large its disk is.</summary>
    [Key(10)]
    public long SizeBytes { get; set; } = 8L << 30;

    /// <summary>What its machines are called at first; empty: as the distribution.</summary>
    [Key(11)]
    public string HostName { get; set; } = "";
}
