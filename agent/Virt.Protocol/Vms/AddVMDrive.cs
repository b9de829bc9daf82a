using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Gives a machine one more drive, also while it runs.</summary>
[MessagePackObject]
public sealed partial record AddVMDrive
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid VMId { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string VMName { get; set; } = "";

    /// <summary>What it holds.</summary>
    [Key(2)]
    public VMDriveType Type { get; set; }

    /// <summary>The image in it, with its full path on the host; null: a new disk, or a DVD drive without any.</summary>
    [Key(3)]
    public string? Path { get; set; }

    /// <summary>The size of a new disk, at <see cref="Path"/> where that is given; null: the image is there already.</summary>
    [Key(4)]
    public long? NewSizeBytes { get; set; }

    /// <summary>What the guest sees it behind; null: SCSI for disks; for DVDs SATA, and SCSI on arm64 and while the machine runs.</summary>
    [Key(5)]
    public VMControllerType? ControllerType { get; set; }

    /// <summary>The guest can only read it.</summary>
    [Key(6)]
    public bool IsReadOnly { get; set; }

    /// <summary>Checkpoints leave it as it is.</summary>
    [Key(7)]
    public bool IsIndependent { get; set; }

    /// <summary>Reads and writes a second, at most; 0: no limit.</summary>
    [Key(8)]
    public long MaximumIOPS { get; set; }

    /// <summary>Bytes read and written a second, at most; 0: no limit.</summary>
    [Key(9)]
    public long MaximumBytesPerSecond { get; set; }
}
