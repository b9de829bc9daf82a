using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Gives an image a further name.</summary>
[MessagePackObject]
public sealed partial record AddContainerImageName
{
    /// <summary>The image's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text. What that stands for at its registry, the new name stands for too.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The further name, such as <c>host:5000/team/app:1.2</c>. Without a registry and a folder it is <c>localhost/NAME</c>.</summary>
    [Key(2)]
    public string NewName { get; set; } = "";

    /// <summary>Also where another image has that name: that one loses it.</summary>
    [Key(3)]
    public bool Force { get; set; }
}
