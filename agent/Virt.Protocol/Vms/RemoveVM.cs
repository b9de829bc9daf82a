using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Removes a stopped machine.</summary>
[MessagePackObject]
public sealed partial record RemoveVM
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Delete its disk too.</summary>
    [Key(2)]
    public bool DeleteDisk { get; set; }

    /// <summary>Turn it off first where it runs.</summary>
    [Key(3)]
    public bool Force { get; set; }
}
