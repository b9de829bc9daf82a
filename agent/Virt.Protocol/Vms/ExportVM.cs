using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Writes a virtual machine into a folder of the host.</summary>
[MessagePackObject]
public sealed partial record ExportVM
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>A folder that is not there yet.</summary>
    [Key(2)]
    public string Path { get; set; } = "";

    /// <summary>The name of a checkpoint that its state has come from: only what has changed since is written; empty: everything.</summary>
    [Key(3)]
    public string Since { get; set; } = "";
}
