using MessagePack;

namespace Virt.Protocol;

/// <summary>Sends an image of this host to a registry. What the registry has already is not sent.</summary>
[MessagePackObject]
public sealed partial record PublishContainerImage
{
    /// <summary>The image on this host.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>Its name at the registry; empty: the same.</summary>
    [Key(1)]
    public string Destination { get; set; } = "";

    /// <summary>What the registry is shown; null: nothing.</summary>
    [Key(2)]
    public RegistryCredential? Credential { get; set; }

    /// <summary>How its layers are compressed there.</summary>
    [Key(3)]
    public ContainerImageCompression Compression { get; set; }
}
