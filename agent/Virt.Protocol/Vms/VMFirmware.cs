using System;
using MessagePack;

namespace Virt;

/// <summary>The firmware of a virtual machine, and what it says of the machine.</summary>
[MessagePackObject]
public sealed partial record VMFirmware
{
    /// <summary>The machine's id.</summary>
    [Key(0)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(1)]
    public string VMName { get; set; } = "";

    /// <summary><c>BIOS</c>, <c>UEFI</c>, or <c>ROM</c> where it begins with a file of its host.</summary>
    [Key(2)]
    public string Type { get; set; } = "";

    /// <summary>The drives and network adapters that it starts from, the first that has something first; drives that are not named come after them.</summary>
    [Key(3)]
    public string[] BootOrder { get; set; } = [];

    /// <summary>It starts only what is signed.</summary>
    [Key(4)]
    public bool SecureBoot { get; set; }

    /// <summary>Who has made the machine, as its guest reads it; empty: as QEMU says it.</summary>
    [Key(5)]
    public string Manufacturer { get; set; } = "";

    /// <summary>What it is called; empty: as QEMU says it.</summary>
    [Key(6)]
    public string Product { get; set; } = "";

    /// <summary>Its serial number; empty: none.</summary>
    [Key(7)]
    public string SerialNumber { get; set; } = "";

    /// <summary>Its number in somebody's inventory; empty: none.</summary>
    [Key(8)]
    public string AssetTag { get; set; } = "";

    /// <summary>The file of its host that it begins with; empty: none.</summary>
    [Key(9)]
    public string FirmwarePath { get; set; } = "";

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The machine's name.</summary>
    public override string ToString() => VMName;
}
