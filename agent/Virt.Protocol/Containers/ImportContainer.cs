using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a container of an archive or a folder of the host that <see cref="ExportContainer"/> has written.</summary>
[MessagePackObject]
public sealed partial record ImportContainer
{
    /// <summary>The archive or the folder.</summary>
    [Key(0)]
    public string Path { get; set; } = "";

    /// <summary>What the container is to be called; empty: as it was.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Its network, as for <see cref="NewContainer.Network"/>; empty: the one of the name that it had.</summary>
    [Key(2)]
    public string Network { get; set; } = "";

    /// <summary>Its addresses in the network, as for <see cref="NewContainer.IPAddresses"/>; empty: free ones.</summary>
    [Key(3)]
    public string[] IPAddresses { get; set; } = [];

    /// <summary>The ports that it publishes, as for <see cref="NewContainer.Publish"/>; null: those that it published.</summary>
    [Key(4)]
    public string[]? Publish { get; set; }

    /// <summary>Its volumes, as for <see cref="NewContainer.Volumes"/>; null: those that it had.</summary>
    [Key(5)]
    public string[]? Volumes { get; set; }

    /// <summary>Networks beside <see cref="Network"/>, as for <see cref="NewContainer.AdditionalNetworks"/>; where <see cref="Network"/> is empty, those of the names that it had.</summary>
    [Key(6)]
    public string[] AdditionalNetworks { get; set; } = [];
}
