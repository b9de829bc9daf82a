using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Removes an image, or one of its names.</summary>
[MessagePackObject]
public sealed partial record RemoveContainerImage
{
    /// <summary>The image's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text. With it that name alone goes where there are others.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Also where containers were made from it: they keep its layers.</summary>
    [Key(2)]
    public bool Force { get; set; }
}
