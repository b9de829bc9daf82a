using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Gives an image another name in the place of one that it has.</summary>
[MessagePackObject]
public sealed partial record RenameContainerImage
{
    /// <summary>The image's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>The name that goes, or the beginning of the digest of an image that has one name at most.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The name that comes, such as <c>host:5000/team/app:1.2</c>. Without a registry and a folder it is <c>localhost/NAME</c>.</summary>
    [Key(2)]
    public string NewName { get; set; } = "";

    /// <summary>Also where another image has that name: that one loses it.</summary>
    [Key(3)]
    public bool Force { get; set; }
}
