using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks registries whether the tags of this host's images stand for newer images there.</summary>
[MessagePackObject]
public sealed partial record TestContainerImage
{
    /// <summary>Names or patterns; all where empty.</summary>
    [Key(0)]
    public string[] Names { get; set; } = [];

    /// <summary>What registries are shown, one for each registry that wants something.</summary>
    [Key(1)]
    public RegistryCredential[] Credentials { get; set; } = [];
}
