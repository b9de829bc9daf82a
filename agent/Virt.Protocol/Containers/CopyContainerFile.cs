using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>
/// Copies files and folders out of a container, as items, or into it, as standard input: parts one after the other, each behind its length of four bytes (little-endian).
/// Links are copied as links; devices, sockets and pipes are left out.
/// </summary>
[MessagePackObject]
public sealed partial record CopyContainerFile
{
    /// <summary>The container's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>An absolute path in it: what is copied, or where to. A folder that is there is copied into; links on the way lead nowhere out of the container.</summary>
    [Key(2)]
    public string Path { get; set; } = "";

    /// <summary>Into the container.</summary>
    [Key(3)]
    public bool IsInto { get; set; }
}
