using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Moves the disk of a virtual machine to another folder of its host.</summary>
[MessagePackObject]
public sealed partial record MoveVMStorage
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The folder, which is there; the file keeps its name.</summary>
    [Key(2)]
    public string DestinationStoragePath { get; set; } = "";
}
