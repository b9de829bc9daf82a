using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Between agents: offers a machine. The destination makes all that it needs ready and answers; the source opens the streams meanwhile.</summary>
[MessagePackObject]
public sealed partial record OfferMove
{
    /// <summary>The move's id.</summary>
    [Key(0)]
    public Guid MoveId { get; set; }

    /// <summary>The epoch that the machine has at the destination.</summary>
    [Key(1)]
    public long Epoch { get; set; }

    /// <summary>The machine, as <see cref="CheckMove"/> describes it.</summary>
    [Key(2)]
    public CheckMove Machine { get; set; } = new();

    /// <summary>What it was asked to be, as its service's JSON.</summary>
    [Key(3)]
    public string Spec { get; set; } = "";

    /// <summary>When it was made.</summary>
    [Key(4)]
    public DateTimeOffset CreationTime { get; set; }

    /// <summary>When its QEMU was started.</summary>
    [Key(5)]
    public DateTimeOffset StartTime { get; set; }

    /// <summary>Its guest's CPUs stand still and are to stand still afterwards.</summary>
    [Key(6)]
    public bool IsPaused { get; set; }

    /// <summary>True where the disks are used where they are.</summary>
    [Key(7)]
    public bool AreDisksShared { get; set; }

    /// <summary>The disks, in the order of <see cref="CheckMove.Disks"/>.</summary>
    [Key(8)]
    public MoveDiskOffer[] Disks { get; set; } = [];

    /// <summary>The UEFI variables; empty where it has none.</summary>
    [Key(9)]
    public byte[] Nvram { get; set; } = [];

    /// <summary>Names the stream of memory; empty where the machine is off.</summary>
    [Key(10)]
    public byte[] StreamToken { get; set; } = [];

    /// <summary>The state of its virtual TPM; empty where it has none, and of a running machine, whose memory brings it.</summary>
    [Key(11)]
    public byte[] Tpm { get; set; } = [];

    /// <summary>Its checkpoints.</summary>
    [Key(12)]
    public MoveCheckpoint[] Checkpoints { get; set; } = [];

    /// <summary>Names the stream by which <see cref="CheckMove.Files"/> come, one after the other; empty where none does.</summary>
    [Key(13)]
    public byte[] FilesToken { get; set; } = [];

    /// <summary>What is said of the memory of a saved machine, as its service's JSON; empty where it is not saved.</summary>
    [Key(14)]
    public string Saved { get; set; } = "";

    /// <summary>How long the file of its UEFI variables is, of which <see cref="Nvram"/> may be the beginning alone: all behind it is zero. 0: as long as what is there.</summary>
    [Key(15)]
    public long NvramBytes { get; set; }
}
