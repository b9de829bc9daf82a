using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Takes a drive out of a machine, also while that runs.</summary>
[MessagePackObject]
public sealed partial record RemoveVMDrive
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

    /// <summary>Delete the disk image too.</summary>
    [Key(5)]
    public bool DeleteDisk { get; set; }

    /// <summary>How long a guest may take to let go of it.</summary>
    [Key(6)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
