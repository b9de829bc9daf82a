using MessagePack;

namespace Virt.Protocol;

/// <summary>Gets an image from its registry. What is here already is not fetched, and what was half fetched is gone on with.</summary>
[MessagePackObject]
public sealed partial record SaveContainerImage
{
    /// <summary>The image: <c>debian:12</c>, <c>host:5000/team/app:1.2</c>, <c>debian@sha256:…</c>.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>The platform, as <c>linux/arm64</c>; empty: the host's.</summary>
    [Key(1)]
    public string Platform { get; set; } = "";

    /// <summary>What the registry is shown; null: nothing.</summary>
    [Key(2)]
    public RegistryCredential? Credential { get; set; }
}
