using MessagePack;

namespace Virt.Protocol;

/// <summary>Disk images.</summary>
[MessagePackObject]
public sealed partial record VHDList
{
    /// <summary>By path.</summary>
    [Key(0)]
    public VHD[] Items { get; set; } = [];

    /// <summary>One for each path that is no disk image.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
