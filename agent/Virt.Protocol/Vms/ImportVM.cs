using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a virtual machine of a folder of the host that <see cref="ExportVM"/> has written.</summary>
[MessagePackObject]
public sealed partial record ImportVM
{
    /// <summary>The folder.</summary>
    [Key(0)]
    public string Path { get; set; } = "";

    /// <summary>What the machine is to be called; empty: as it was.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>It has the id, the hardware address and the address that it had.</summary>
    [Key(2)]
    public bool KeepIdentity { get; set; }

    /// <summary>Its network, as for <see cref="NewVM.SwitchName"/>; null: the one of the name that it had.</summary>
    [Key(3)]
    public string? SwitchName { get; set; }

    /// <summary>Its address in the network, as for <see cref="NewVM.IPAddresses"/>; empty: a free one.</summary>
    [Key(4)]
    public string[] IPAddresses { get; set; } = [];

    /// <summary>The ports that it publishes, as for <see cref="NewVM.Publish"/>; null: those that it published.</summary>
    [Key(5)]
    public string[]? Publish { get; set; }

    /// <summary>Of an archive that holds only what has changed since a checkpoint: the folders of those that it stands on, down to a whole one, in any order.</summary>
    [Key(6)]
    public string[] BasePaths { get; set; } = [];
}
