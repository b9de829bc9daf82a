using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Gives a checkpoint of a machine another name.</summary>
[MessagePackObject]
public sealed partial record RenameVMCheckpoint
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

    /// <summary>The new name, as for <see cref="CheckpointVM.CheckpointName"/>.</summary>
    [Key(4)]
    public string NewName { get; set; } = "";
}
