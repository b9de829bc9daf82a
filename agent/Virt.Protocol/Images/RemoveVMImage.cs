using MessagePack;

namespace Virt.Protocol;

/// <summary>Removes an image of virtual machines.</summary>
[MessagePackObject]
public sealed partial record RemoveVMImage
{
    /// <summary>Its name.</summary>
    [Key(0)]
    public string Name { get; set; } = "";
}
