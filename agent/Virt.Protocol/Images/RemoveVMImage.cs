using MessagePack;

namespace Virt.Protocol;

/// <summary>Removes an image of virtual machines.</summary>
[MessagePackObject]
public sealed partial record RemoveVMImage
{
    /// <summary>Its name.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>Only its booted states go; the image stays, also one that is not the agent's own.</summary>
    [Key(1)]
    public bool WarmStatesOnly { get; set; }
}
