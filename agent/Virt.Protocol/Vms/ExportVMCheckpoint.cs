using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Writes a virtual machine as it was at a checkpoint into a folder of the host.</summary>
[MessagePackObject]
public sealed partial record ExportVMCheckpoint
{
    /// <summary>The checkpoint's id; all zeros: by machine and name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The machine's id, for the lookup by name; all zeros: by its name.</summary>
    [Key(2)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name, for the lookup or for the error's text.</summary>
    [Key(3)]
    public string VMName { get; set; } = "";

    /// <summary>A folder that is not there yet.</summary>
    [Key(4)]
    public string Path { get; set; } = "";

    /// <summary>The name of another checkpoint that this one has come from: only what had changed since is written; empty: everything.</summary>
    [Key(5)]
    public string Since { get; set; } = "";
}
