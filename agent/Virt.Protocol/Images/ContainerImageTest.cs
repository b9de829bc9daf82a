using MessagePack;

namespace Virt;

/// <summary>Whether an image is what its tag stands for at its registry now, and which containers are made of what it was.</summary>
[MessagePackObject]
public sealed partial record ContainerImageTest
{
    /// <summary>The image's name.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>The digest that the name had when the image came to this host.</summary>
    [Key(1)]
    public string Digest { get; set; } = "";

    /// <summary>The digest that it has now at its registry.</summary>
    [Key(2)]
    public string NewestDigest { get; set; } = "";

    /// <summary>The two are the same.</summary>
    [Key(3)]
    public bool IsCurrent { get; set; }

    /// <summary>The containers whose image is not the newest: those of this name's image where it is not current, and those of an image that the name had before.</summary>
    [Key(4)]
    public string[] Containers { get; set; } = [];

    /// <summary>The registry that was asked.</summary>
    [Key(5)]
    public string Registry { get; set; } = "";

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The image's name.</summary>
    public override string ToString() => Name;
}
