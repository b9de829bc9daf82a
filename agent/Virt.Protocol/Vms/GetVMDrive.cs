using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for drives; for all where it names neither machines nor drives.</summary>
[MessagePackObject]
public sealed partial record GetVMDrive
{
    /// <summary>Names or patterns of machines with * ? [a-z].</summary>
    [Key(0)]
    public string[] VMNames { get; set; } = [];

    /// <summary>Ids of machines.</summary>
    [Key(1)]
    public Guid[] VMIds { get; set; } = [];

    /// <summary>Names or patterns of drives, of the machines that are named, or of all.</summary>
    [Key(2)]
    public string[] Names { get; set; } = [];

    /// <summary>Ids of drives.</summary>
    [Key(3)]
    public Guid[] Ids { get; set; } = [];

    /// <summary>Of this type.</summary>
    [Key(4)]
    public VMDriveType Type { get; set; }
}
