using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Changes a drive, also while the machine runs. What is null stays as it is.</summary>
[MessagePackObject]
public sealed partial record SetVMDrive
{
    /// <summary>The drive's id; all zeros: by the machine and the name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(2)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(3)]
    public string VMName { get; set; } = "";

    /// <summary>Of this type.</summary>
    [Key(4)]
    public VMDriveType Type { get; set; }

    /// <summary>Of a DVD drive: another image; empty: none.</summary>
    [Key(5)]
    public string? Path { get; set; }

    /// <summary>Reads and writes a second, at most; 0: no limit.</summary>
    [Key(6)]
    public long? MaximumIOPS { get; set; }

    /// <summary>Bytes read and written a second, at most; 0: no limit.</summary>
    [Key(7)]
    public long? MaximumBytesPerSecond { get; set; }

    /// <summary>Checkpoints leave it as it is.</summary>
    [Key(8)]
    public bool? IsIndependent { get; set; }
}
