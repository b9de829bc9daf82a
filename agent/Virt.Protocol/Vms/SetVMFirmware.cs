using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Changes the firmware of a machine, from its next start on. What is null stays as it is.</summary>
[MessagePackObject]
public sealed partial record SetVMFirmware
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The names of drives and network adapters, each once.</summary>
    [Key(2)]
    public string[]? BootOrder { get; set; }

    /// <summary>Start only what is signed. The machine must be off: it gets new UEFI variables.</summary>
    [Key(3)]
    public bool? SecureBoot { get; set; }

    /// <summary>Who has made the machine; up to 64 characters; empty: as QEMU says it.</summary>
    [Key(4)]
    public string? Manufacturer { get; set; }

    /// <summary>What it is called; the same.</summary>
    [Key(5)]
    public string? Product { get; set; }

    /// <summary>Its serial number; the same.</summary>
    [Key(6)]
    public string? SerialNumber { get; set; }

    /// <summary>Its number in somebody's inventory; the same.</summary>
    [Key(7)]
    public string? AssetTag { get; set; }

    /// <summary>A file of the host that it begins with in place of the BIOS: whole 64 KB, up to 16 MB; empty: the BIOS. The machine must be off, and of generation 1.</summary>
    [Key(8)]
    public string? FirmwarePath { get; set; }
}
