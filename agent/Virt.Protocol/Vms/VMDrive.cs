using System;
using MessagePack;

namespace Virt;

/// <summary>A drive of a virtual machine at one moment.</summary>
[MessagePackObject]
public sealed partial record VMDrive
{
    /// <summary>Its id, for life; of the first disk, the machine's.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>The machine's id.</summary>
    [Key(1)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(2)]
    public string VMName { get; set; } = "";

    /// <summary>Its name in the machine, such as <c>disk1</c> or <c>dvd0</c>; <c>disk0</c> is the disk that the machine was made with.</summary>
    [Key(3)]
    public string Name { get; set; } = "";

    /// <summary>What it holds.</summary>
    [Key(4)]
    public VMDriveType Type { get; set; }

    /// <summary>What the guest sees it behind.</summary>
    [Key(5)]
    public VMControllerType ControllerType { get; set; }

    /// <summary>The image in it, on the host; empty: a DVD drive without any.</summary>
    [Key(6)]
    public string Path { get; set; } = "";

    /// <summary>The image's format, such as <c>qcow2</c>; empty where there is none.</summary>
    [Key(7)]
    public string Format { get; set; } = "";

    /// <summary>Its size as the guest sees it.</summary>
    [Key(8)]
    public long SizeBytes { get; set; }

    /// <summary>The guest can only read it.</summary>
    [Key(9)]
    public bool IsReadOnly { get; set; }

    /// <summary>Checkpoints leave it as it is.</summary>
    [Key(10)]
    public bool IsIndependent { get; set; }

    /// <summary>Reads and writes a second, at most; 0: no limit.</summary>
    [Key(11)]
    public long MaximumIOPS { get; set; }

    /// <summary>Bytes read and written a second, at most; 0: no limit.</summary>
    [Key(12)]
    public long MaximumBytesPerSecond { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The drive's name.</summary>
    public override string ToString() => Name;
}
