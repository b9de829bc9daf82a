using MessagePack;

namespace Virt.Protocol;

/// <summary>Writes what a differencing disk has into an image below it, which takes its place.</summary>
[MessagePackObject]
public sealed partial record MergeVHD
{
    /// <summary>The differencing disk: a full path on the host.</summary>
    [Key(0)]
    public string Path { get; set; } = "";

    /// <summary>The image below it; empty: its parent. What stands between goes too.</summary>
    [Key(1)]
    public string DestinationPath { get; set; } = "";
}
