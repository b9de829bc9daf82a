using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Presses keys of a machine's keyboard, and types a text.</summary>
[MessagePackObject]
public sealed partial record SendVMKey
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>One after another; keys that are pressed together are joined by dashes: <c>ctrl-alt-delete</c>.</summary>
    [Key(2)]
    public string[] Keys { get; set; } = [];

    /// <summary>Typed after them, as on a keyboard of the United States.</summary>
    [Key(3)]
    public string Text { get; set; } = "";
}
