using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for disk images by their paths.</summary>
[MessagePackObject]
public sealed partial record GetVHD
{
    /// <summary>Full paths on the host, the last part of which may have wildcards; none: the disks of the host's VMs.</summary>
    [Key(0)]
    public string[] Paths { get; set; } = [];
}
