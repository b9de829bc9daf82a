using MessagePack;

namespace Virt;

/// <summary>An image that was sent to a registry.</summary>
[MessagePackObject]
public sealed partial record ContainerImagePublication
{
    /// <summary>The image on this host.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>Its name at the registry.</summary>
    [Key(1)]
    public string Destination { get; set; } = "";

    /// <summary>The digest by which the registry has it.</summary>
    [Key(2)]
    public string Digest { get; set; } = "";

    /// <summary>Bytes of its config and its layers.</summary>
    [Key(3)]
    public long SizeBytes { get; set; }

    /// <summary>How many of them had to be sent; the registry had the others already.</summary>
    [Key(4)]
    public long SentBytes { get; set; }

    /// <summary>The host it was sent from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The image's name at the registry.</summary>
    public override string ToString() => Destination;
}
