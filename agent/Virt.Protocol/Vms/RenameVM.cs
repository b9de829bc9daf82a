using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Gives a machine another name.</summary>
[MessagePackObject]
public sealed partial record RenameVM
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>1 to 64 characters: letters, digits, dot, dash, underscore; unique.</summary>
    [Key(2)]
    public string NewName { get; set; } = "";
}
