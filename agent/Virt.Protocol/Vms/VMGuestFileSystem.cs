using MessagePack;

namespace Virt;

/// <summary>A mounted file system of a guest.</summary>
[MessagePackObject]
public sealed partial record VMGuestFileSystem
{
    /// <summary>Such as <c>vda1</c>.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>Where it stands in the guest.</summary>
    [Key(1)]
    public string MountPoint { get; set; } = "";

    /// <summary>Such as <c>ext4</c>.</summary>
    [Key(2)]
    public string Type { get; set; } = "";

    /// <summary>Null where the guest does not tell.</summary>
    [Key(3)]
    public long? UsedBytes { get; set; }

    /// <summary>Null where the guest does not tell.</summary>
    [Key(4)]
    public long? SizeBytes { get; set; }

    /// <summary>The disks that it lies on, as the guest calls them.</summary>
    [Key(5)]
    public string[] Disks { get; set; } = [];

    /// <summary>Where it stands.</summary>
    public override string ToString() => MountPoint;
}
