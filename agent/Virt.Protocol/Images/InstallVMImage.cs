using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes an image of what an installer puts on an empty disk.</summary>
[MessagePackObject]
public sealed partial record InstallVMImage
{
    /// <summary>What it will be called, such as <c>web/1</c>.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>The installer's ISO image: a full path on the host.</summary>
    [Key(1)]
    public string IsoPath { get; set; } = "";

    /// <summary>The name of the file that answers the installer's questions, without folders, by which is told whose it is; empty: there is none.</summary>
    [Key(2)]
    public string AnswerFileName { get; set; } = "";

    /// <summary>What is in it; 1 MB at most.</summary>
    [Key(3)]
    public byte[] AnswerFile { get; set; } = [];

    /// <summary>The ISO image of drivers that the installer needs, a full path on the host; null: none.</summary>
    [Key(4)]
    public string? DriverIsoPath { get; set; }

    /// <summary>What the installer's kernel is told beside what it must be.</summary>
    [Key(5)]
    public string[] KernelParameters { get; set; } = [];

    /// <summary>The disk's size.</summary>
    [Key(6)]
    public long SizeBytes { get; set; } = 20L << 30;

    /// <summary>The memory of the machine that it is installed in.</summary>
    [Key(7)]
    public long MemoryBytes { get; set; } = 2L << 30;

    /// <summary>Its processors.</summary>
    [Key(8)]
    public int ProcessorCount { get; set; } = 1;

    /// <summary>1: BIOS. 2: UEFI.</summary>
    [Key(9)]
    public int Generation { get; set; } = 2;

    /// <summary>Its network, as <see cref="NewVM.SwitchName"/>.</summary>
    [Key(10)]
    public string? SwitchName { get; set; }

    /// <summary>For people.</summary>
    [Key(11)]
    public string Description { get; set; } = "";

    /// <summary>Leave the disk as the installer has left it, with all that tells its guest from others.</summary>
    [Key(12)]
    public bool NoSeal { get; set; }

    /// <summary>How long the installer may take.</summary>
    [Key(13)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromHours(2);
}
