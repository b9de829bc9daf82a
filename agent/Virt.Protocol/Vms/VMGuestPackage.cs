using MessagePack;

namespace Virt;

/// <summary>A package that is installed in a guest.</summary>
[MessagePackObject]
public sealed partial record VMGuestPackage
{
    /// <summary>Its name.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>Its version, as the guest's package manager writes it.</summary>
    [Key(1)]
    public string Version { get; set; } = "";

    /// <summary>Name and version.</summary>
    public override string ToString() => $"{Name} {Version}";
}
