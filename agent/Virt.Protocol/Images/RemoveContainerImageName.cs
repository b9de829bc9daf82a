using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Takes a name from an image. The image stays, also without any.</summary>
[MessagePackObject]
public sealed partial record RemoveContainerImageName
{
    /// <summary>The image's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>The name.</summary>
    [Key(1)]
    public string Name { get; set; } = "";
}
