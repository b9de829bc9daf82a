using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Between agents: what a machine needs at its destination.</summary>
[MessagePackObject]
public sealed partial record CheckMove
{
    /// <summary>The machine's id.</summary>
    [Key(0)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(1)]
    public string VMName { get; set; } = "";

    /// <summary>True where it runs, or stands still in memory.</summary>
    [Key(2)]
    public bool IsLive { get; set; }

    /// <summary><c>x64</c> or <c>arm64</c>.</summary>
    [Key(3)]
    public string Architecture { get; set; } = "";

    /// <summary>QEMU's version where it runs.</summary>
    [Key(4)]
    public string QemuVersion { get; set; } = "";

    /// <summary>Such as <c>pc-q35-7.2</c>; of a saved machine, the one that its memory is of.</summary>
    [Key(5)]
    public string MachineType { get; set; } = "";

    /// <summary><c>kvm</c> or <c>tcg</c>; of a saved machine, what wrote its memory.</summary>
    [Key(6)]
    public string Accelerator { get; set; } = "";

    /// <summary>The flags of the CPU that it sees; empty where it is emulated.</summary>
    [Key(7)]
    public string[] CpuFlags { get; set; } = [];

    /// <summary>Its memory.</summary>
    [Key(8)]
    public long MemoryBytes { get; set; }

    /// <summary>1 or 2.</summary>
    [Key(9)]
    public int Generation { get; set; }

    /// <summary>Its network; empty: none.</summary>
    [Key(10)]
    public string Network { get; set; } = "";

    /// <summary>The image it was made from; empty: none.</summary>
    [Key(11)]
    public string Image { get; set; } = "";

    /// <summary>Its disks, the first one first.</summary>
    [Key(12)]
    public MoveDisk[] Disks { get; set; } = [];

    /// <summary>May the disks be copied.</summary>
    [Key(13)]
    public bool IncludeStorage { get; set; }

    /// <summary>The folder for copied disks; null: the agent's own.</summary>
    [Key(14)]
    public string? StoragePath { get; set; }

    /// <summary>Its addresses in a network of its host's, which it keeps; empty where it is in none.</summary>
    [Key(15)]
    public string[] Addresses { get; set; } = [];

    /// <summary>That network's subnets, each as <c>10.144.0.0/24</c>.</summary>
    [Key(16)]
    public string[] Subnets { get; set; } = [];

    /// <summary>The ports of its host that lead to it, each as <c>8080:80</c>.</summary>
    [Key(17)]
    public string[] Publish { get; set; } = [];

    /// <summary>The folder of its image on its host; empty where it needs none to start.</summary>
    [Key(18)]
    public string ImageFolder { get; set; } = "";

    /// <summary>What of it cannot go along: drives that hold something of the host, what QEMU cannot send.</summary>
    [Key(19)]
    public string[] Parts { get; set; } = [];

    /// <summary>The baseline that its processors keep to; empty: all that its host has.</summary>
    [Key(20)]
    public string CpuModel { get; set; } = "";

    /// <summary>It has a virtual TPM.</summary>
    [Key(21)]
    public bool HasTpm { get; set; }

    /// <summary>What goes along beside the disks themselves: the layers that its checkpoints keep, and what else they do.</summary>
    [Key(22)]
    public MoveFile[] Files { get; set; } = [];

    /// <summary>The network adapters that it has beside its first.</summary>
    [Key(23)]
    public MoveAdapter[] Adapters { get; set; } = [];

    /// <summary>It is off, and its memory is saved: what wrote that must be there too.</summary>
    [Key(24)]
    public bool IsSaved { get; set; }
}
